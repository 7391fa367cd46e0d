/**
 * A chain of modules against sentence-transformers: ids, logits and scores in crossrank's own layout and in the standard
 * one, and int8 near them.
 *
 * Provenance of the numbers: test/fixtures/README.md.
 */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { InferenceSession } from "onnxruntime-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { convertToInt8, convertToStandardLayout } from "../../src/conversion/index.js";
import golden from "../fixtures/tiny-modular/golden.json" with { type: "json" };
import { assertClose } from "../helpers/assert-close.js";
import { decodeOnnx } from "../helpers/decode-onnx.js";
import { scorePadded } from "../helpers/score-padded.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";
import { tolerances } from "./tolerances.js";

const folder = "test/fixtures/tiny-modular";
const pairs = golden.pairs as [string, string][];
const temporaryFolder = useTemporaryFolder();

beforeEach(() => {
  vi.stubEnv("CROSSRANK_CACHE", join(temporaryFolder(), "cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test("has the reference's labels, maximum length and activation", async () => {
  await using model = await CrossEncoder.fromPretrained(folder);
  expect(model.numLabels).toBe(golden.num_labels);
  expect(model.id2label).toEqual({ 0: "LABEL_0" });
  expect(model.maxLength).toBe(golden.max_seq_length);
  expect(model.activationFn).toBe(golden.activation.toLowerCase());
  expect(model.info).toMatchObject({
    architecture: "ModernBertModel",
    weightFiles: [
      "model.safetensors",
      join("2_Dense", "model.safetensors"),
      join("3_LayerNorm", "model.safetensors"),
      join("4_Dense", "model.safetensors"),
    ],
  });
});

test("sees the reference's ids", async () => {
  await using model = await CrossEncoder.fromPretrained(folder);
  const tokenized = await model.tokenize(pairs);
  expect(tokenized.map(({ inputIds }) => [...inputIds])).toEqual(golden.input_ids);
});

test("gives the reference's logits and scores, together and alone", async () => {
  await using model = await CrossEncoder.fromPretrained(folder);
  const asLogits = { activationFn: "identity" } as const;
  assertClose(await model.predict(pairs, asLogits), golden.logits.flat(), tolerances.logits);
  assertClose(await model.predict(pairs), golden.scores.flat(), tolerances.scores);
  const alone: number[] = [];
  for (const pair of pairs) alone.push(await model.predict(pair, asLogits));
  assertClose(alone, golden.logits.flat(), tolerances.logits);
});

test("gives the reference's logits in the standard layout", async () => {
  const { path } = await convertToStandardLayout(folder, { outputFolder: temporaryFolder(), dtype: "fp32" });
  const session = await InferenceSession.create(path);
  assertClose((await scorePadded(session, golden.input_ids)).flat(), golden.logits.flat(), tolerances.logits);
  const { metadataProps } = decodeOnnx(await readFile(path));
  expect(Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]))).toMatchObject({
    activation: "sigmoid",
    max_length: "8192",
    pooling: "cls",
  });
  expect(await readdir(join(temporaryFolder(), "2_Dense"))).toEqual(["config.json"]);
});

test("in int8 gives nearly the reference's logits, converted on load or for good", async () => {
  await using model = await CrossEncoder.fromPretrained(folder, { dtype: "int8", activationFn: "identity" });
  const logits = await model.predict(pairs);
  assertClose(logits, golden.logits.flat(), tolerances.chainInt8Logits);
  const converted = await convertToInt8(folder, { outputFolder: join(temporaryFolder(), "converted") });
  expect(await readdir(join(converted.folder, "2_Dense"))).toEqual(["config.json", "model.safetensors"]);
  await using loaded = await CrossEncoder.fromPretrained(converted.folder, { activationFn: "identity" });
  expect(loaded.dtype).toBe("int8");
  expect(await loaded.predict(pairs)).toEqual(logits);
});
