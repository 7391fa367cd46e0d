import { z } from "zod";
import { availableCores } from "../machine/index.js";
import { parseOptions } from "../options/index.js";
import type { ActivationFn, FromPretrainedOptions, PredictOptions, RankOptions, TokenizeOptions } from "./options.js";

/** More than any machine has cores; as many would be started as are asked for, and take the memory of each. */
const maxThreads = 1024;

const positiveInteger = z.int().positive();
const activationNames = z.enum(["sigmoid", "identity", "tanh", "softmax"]);
const activationFn = z.union(
  [activationNames, z.custom<Exclude<ActivationFn, string>>((value) => typeof value === "function")],
  { error: `expected a function or one of ${activationNames.options.join(", ")}` },
);
const signal = z.instanceof(AbortSignal);
const device = z.custom<NonNullable<FromPretrainedOptions["device"]>>(
  (value) => typeof value === "string" && /^(?:cpu|webgpu|auto|cuda(?::\d{1,3})?)$/.test(value),
  "expected cpu, cuda, cuda:N (the GPU's number), webgpu or auto",
);

const fromPretrainedSchema = z.strictObject({
  device: device.default("cpu"),
  dtype: z.enum(["fp32", "fp16", "int8", "auto"]).default("auto"),
  onnxFile: z.string().min(1).optional(),
  threads: positiveInteger.max(maxThreads).optional(),
  workers: positiveInteger.max(maxThreads).default(1),
  maxLength: positiveInteger.optional(),
  activationFn: activationFn.optional(),
  prompts: z.record(z.string(), z.string()).optional(),
  defaultPromptName: z.string().optional(),
  signal: signal.optional(),
  revision: z.string().min(1).optional(),
  token: z.union([z.string().min(1), z.literal(false)], { error: "expected an access token, or false" }).optional(),
  localFilesOnly: z.boolean().optional(),
  cacheDir: z.string().min(1).optional(),
  onProgress: aFunction<FromPretrainedOptions["onProgress"]>().optional(),
});

const tokenizeSchema = z.strictObject({
  prompt: z.string().optional(),
  promptName: z.string().optional(),
  signal: signal.optional(),
});

const predictSchema = tokenizeSchema.extend({
  batchSize: positiveInteger.default(32),
  maxBatchTokens: positiveInteger.default(512),
  longDocuments: z.enum(["truncate", "maxPassage"]).default("truncate"),
  activationFn: activationFn.optional(),
  applySoftmax: z.boolean().default(false),
  onProgress: aFunction<PredictOptions["onProgress"]>().optional(),
  onTokenized: aFunction<PredictOptions["onTokenized"]>().optional(),
});

const rankSchema = predictSchema.extend({
  topK: z.int().nonnegative().optional(),
  returnDocuments: z.boolean().default(false),
});

export type ResolvedFromPretrainedOptions = Readonly<z.output<typeof fromPretrainedSchema> & { threads: number }>;
export type ResolvedPredictOptions = Readonly<z.output<typeof predictSchema>>;
export type ResolvedRankOptions = Readonly<z.output<typeof rankSchema>>;

function aFunction<Function>() {
  return z.custom<NonNullable<Function>>((value) => typeof value === "function", "expected a function");
}

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveFromPretrainedOptions(options: FromPretrainedOptions): ResolvedFromPretrainedOptions {
  const resolved = parseOptions("fromPretrained", fromPretrainedSchema, options);
  const threads = resolved.threads ?? Math.max(1, Math.floor(availableCores() / resolved.workers));
  return Object.freeze({ ...resolved, threads });
}

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolvePredictOptions(options: PredictOptions): ResolvedPredictOptions {
  return parseOptions("predict", predictSchema, options);
}

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveRankOptions(options: RankOptions): ResolvedRankOptions {
  return parseOptions("rank", rankSchema, options);
}

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveTokenizeOptions(options: TokenizeOptions): Readonly<TokenizeOptions> {
  return parseOptions("tokenize", tokenizeSchema, options) as TokenizeOptions;
}
