import { describe, expect, expectTypeOf, test } from "vitest";

import type {
  FromPretrainedOptions,
  PredictOptions,
  RankOptions,
  TokenizeOptions,
} from "../../../src/cross-encoder/options.js";
import {
  resolveFromPretrainedOptions,
  resolvePredictOptions,
  resolveRankOptions,
  resolveTokenizeOptions,
  type ResolvedFromPretrainedOptions,
  type ResolvedPredictOptions,
  type ResolvedRankOptions,
} from "../../../src/cross-encoder/resolve-options.js";
import { availableCores } from "../../../src/machine/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const predictDefaults = { batchSize: 32, maxBatchTokens: 512, longDocuments: "truncate", applySoftmax: false };

const known = {
  fromPretrained: [
    ...["device", "dtype", "onnxFile", "threads", "workers", "maxLength"],
    ...["activationFn", "prompts", "defaultPromptName", "signal"],
    ...["revision", "token", "localFilesOnly", "cacheDir", "onProgress"],
  ],
  predict: [
    "prompt",
    "promptName",
    "signal",
    "batchSize",
    "maxBatchTokens",
    "longDocuments",
    "activationFn",
    "applySoftmax",
    "onProgress",
    "onTokenized",
  ],
  rank: [
    ...["prompt", "promptName", "signal", "batchSize", "maxBatchTokens", "longDocuments", "activationFn"],
    ...["applySoftmax", "onProgress", "onTokenized", "topK", "returnDocuments"],
  ],
  tokenize: ["prompt", "promptName", "signal"],
};

type Method = keyof typeof known;

function resolve(method: Method, options: unknown): object {
  const resolvers: Record<Method, (options: never) => object> = {
    fromPretrained: resolveFromPretrainedOptions,
    predict: resolvePredictOptions,
    rank: resolveRankOptions,
    tokenize: resolveTokenizeOptions,
  };
  return resolvers[method](options as never);
}

const methods = Object.keys(known) as Method[];

describe("defaults", () => {
  test.each<[Method, object]>([
    ["fromPretrained", { device: "cpu", dtype: "auto", threads: availableCores(), workers: 1 }],
    ["predict", predictDefaults],
    ["rank", { ...predictDefaults, returnDocuments: false }],
    ["tokenize", {}],
  ])("of %s are these", (method, defaults) => {
    expect(resolve(method, {})).toEqual(defaults);
  });

  test.each(methods)("of %s are taken for explicit undefined too", (method) => {
    const options = Object.fromEntries(known[method].map((name) => [name, undefined]));
    const resolved = Object.entries(resolve(method, options)).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(resolved)).toEqual(resolve(method, {}));
  });
});

test.each([
  [1, availableCores()],
  [2, Math.max(1, Math.floor(availableCores() / 2))],
  [availableCores(), 1],
  [1024, 1],
])("%d workers share the cores: %d threads each", (workers, threads) => {
  expect(resolveFromPretrainedOptions({ workers }).threads).toBe(threads);
});

describe("options", () => {
  const { signal } = new AbortController();
  const callback = () => undefined;

  test.each<[Method, object]>([
    [
      "fromPretrained",
      {
        device: "cpu",
        dtype: "fp32",
        threads: 2,
        workers: 3,
        maxLength: 512,
        activationFn: "tanh",
        prompts: { query: "query: " },
        defaultPromptName: "query",
        signal,
      },
    ],
    [
      "rank",
      {
        prompt: "",
        promptName: "query",
        signal,
        batchSize: 1,
        maxBatchTokens: 1,
        longDocuments: "maxPassage",
        activationFn: callback,
        applySoftmax: true,
        onProgress: callback,
        topK: 0,
        returnDocuments: true,
      },
    ],
    ["tokenize", { prompt: "query: ", promptName: "query", signal }],
  ])("of %s are kept as they were given", (method, options) => {
    expect(resolve(method, options)).toEqual(options);
  });

  test.each(methods)("of %s are frozen, in an object of their own", (method) => {
    const options = {};
    const resolved = resolve(method, options);
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(Object.isFrozen(options)).toBe(false);
  });

  test("prompts are those of the time of the call", () => {
    const prompts = { query: "query: " };
    const resolved = resolveFromPretrainedOptions({ prompts });
    prompts.query = "changed";
    expect(resolved.prompts).toEqual({ query: "query: " });
  });
});

test.each(methods)("an unknown option of %s is named, with all that are known", async (method) => {
  const error = await thrownBy(() => resolve(method, { batch_size: 8 }));
  expect(error.code).toBe("INVALID_OPTIONS");
  expect(error.message).toContain(`Options of ${method}() must be valid. `);
  expect(error.message).toContain('"batch_size"');
  expect(error.message).toContain(`Known options: ${known[method].join(", ")}.`);
  expect(error.details["known"]).toEqual(known[method]);
});

test.each<[Method, string, unknown[]]>([
  ["fromPretrained", "device", ["gpu", "", null, 0, "cuda:", "cuda:x", "webgpu:1", "CPU"]],
  ["fromPretrained", "dtype", ["int4", "float32", null]],
  ["fromPretrained", "threads", [0, -1, 1025, 1.5, NaN, Infinity, "2", null]],
  ["fromPretrained", "workers", [0, -1, 1025, 1.5, NaN, "2", null]],
  ["fromPretrained", "maxLength", [0, -1, 1.5, NaN, "512", null]],
  ["fromPretrained", "activationFn", ["relu", "", {}, null]],
  ["fromPretrained", "prompts", [[], "query: ", { query: 1 }, null]],
  ["fromPretrained", "defaultPromptName", [1, null]],
  ["fromPretrained", "revision", ["", 1, null]],
  ["fromPretrained", "token", ["", true, 1, null]],
  ["fromPretrained", "localFilesOnly", ["true", 1, null]],
  ["fromPretrained", "cacheDir", ["", 1, null]],
  ["fromPretrained", "onProgress", [true, {}, null]],
  ["fromPretrained", "signal", [{ aborted: false }, new AbortController(), null]],
  ["predict", "batchSize", [0, -1, 1.5, NaN, Infinity, "32", null]],
  ["predict", "maxBatchTokens", [0, -1, 1.5, NaN, Infinity, "1024", null]],
  ["predict", "activationFn", ["Sigmoid", 1, null]],
  ["predict", "longDocuments", ["maxpassage", "", true, null]],
  ["predict", "applySoftmax", [1, "true", null]],
  ["predict", "prompt", [1, ["query: "], null]],
  ["predict", "promptName", [1, null]],
  ["predict", "onProgress", [true, {}, null]],
  ["predict", "onTokenized", [true, {}, null]],
  ["predict", "signal", [true, null]],
  ["rank", "topK", [-1, 1.5, NaN, Infinity, "10", null]],
  ["rank", "returnDocuments", [1, null]],
  ["tokenize", "prompt", [1, null]],
])("%s refuses wrong values of %s by its name", async (method, option, values) => {
  for (const value of values) {
    const error = await thrownBy(() => resolve(method, { [option]: value }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toMatch(
      new RegExp(`Options of ${method}\\(\\) must be valid\\. ${option}[.a-z]*: .*expected `),
    );
    expect(error.details["issues"]).toHaveLength(1);
  }
});

test("every wrong option is named at once", async () => {
  const error = await thrownBy(() => resolve("rank", { batchSize: 0, topK: -1, limit: 3 }));
  expect(error.message).toMatch(/batchSize: .*; topK: .*"limit"/);
  expect(error.details["issues"]).toHaveLength(3);
});

test.each([null, "fast", 3, [], () => undefined])("options that are no object are refused: %s", async (options) => {
  const error = await thrownBy(() => resolve("predict", options));
  expect(error.code).toBe("INVALID_OPTIONS");
  expect(error.message).toContain("expected object");
});

/** An options type without what is optional in it, and without `readonly` inside. */
type Plain<Options> = { -readonly [Key in keyof Options]-?: NonNullable<Options[Key]> };

test("what is checked is what the public types say", () => {
  expectTypeOf<Plain<ResolvedFromPretrainedOptions>>().branded.toEqualTypeOf<Plain<FromPretrainedOptions>>();
  expectTypeOf<Plain<ResolvedPredictOptions>>().branded.toEqualTypeOf<Plain<PredictOptions>>();
  expectTypeOf<Plain<ResolvedRankOptions>>().branded.toEqualTypeOf<Plain<RankOptions>>();
  expectTypeOf(resolveTokenizeOptions({})).branded.toEqualTypeOf<Readonly<TokenizeOptions>>();
});
