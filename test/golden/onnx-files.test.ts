/**
 * ONNX files that a model ships, against sentence-transformers' logits; and those that `convert` writes, loaded again.
 *
 * Provenance of the numbers: test/fixtures/README.md.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertToStandardLayout, type StandardDtype } from "../../src/conversion/index.js";
import goldens from "../fixtures/golden_scores.json" with { type: "json" };
import bertGolden from "../fixtures/tiny-bert/golden.json" with { type: "json" };
import { assertClose } from "../helpers/assert-close.js";
import { tolerances } from "./tolerances.js";

const modernBertPairs = goldens.pairs as [string, string][];
const cases = [
  {
    name: "tiny-bert",
    pairs: bertGolden.pairs as [string, string][],
    logits: bertGolden.logits,
    ids: bertGolden.input_ids,
  },
  ...(["tiny-reranker", "tiny-nli"] as const).map((name) => {
    const { logits, input_ids: ids } = goldens.models[name];
    return { name, pairs: modernBertPairs, logits: logits.flat(), ids };
  }),
];

/** Logits in rows, whatever the number of labels. */
async function logitsOf(model: CrossEncoder, pairs: [string, string][], options = {}): Promise<number[]> {
  const asLogits = { activationFn: "identity", ...options } as const;
  const rows: Iterable<number | Float32Array> = await model.predict<number | Float32Array>(pairs, asLogits);
  return Array.from(rows, (row) => (typeof row === "number" ? [row] : [...row])).flat();
}

describe.each(cases)("the ONNX file of $name", ({ name, pairs, logits, ids }) => {
  let model: CrossEncoder;
  beforeAll(async () => {
    model = await CrossEncoder.fromPretrained(`test/fixtures/${name}`, { onnxFile: "model" });
  });
  afterAll(() => model.dispose());

  test("is what is run", () => {
    expect(model.info).toMatchObject({ runs: "onnx", weightFiles: ["onnx/model.onnx"], dtype: "fp32", device: "cpu" });
  });

  test("gets the reference's ids", async () => {
    const tokenized = await model.tokenize(pairs);
    expect(tokenized.map(({ inputIds }) => [...inputIds])).toEqual(ids);
  });

  test("gives the reference's logits", async () => {
    assertClose(await logitsOf(model, pairs), logits, tolerances.logits);
  });

  test("gives the reference's logits for each pair alone, and for all in one batch", async () => {
    const alone = await Promise.all(pairs.map((pair) => logitsOf(model, [pair])));
    assertClose(alone.flat(), logits, tolerances.logits);
    const short = pairs.flatMap((_, index) => ((ids[index]?.length ?? 0) <= 300 ? [index] : []));
    const together = await logitsOf(
      model,
      short.map((index) => pairs[index] ?? ["", ""]),
      { maxBatchTokens: 100_000 },
    );
    const labelCount = logits.length / pairs.length;
    const expected = short.flatMap((index) => logits.slice(index * labelCount, (index + 1) * labelCount));
    assertClose(together, expected, tolerances.logits);
  });
});

test("a model that is told which text a token is of gets it told", async () => {
  await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-bert", { onnxFile: "model" });
  const tokenized = await model.tokenize(bertGolden.pairs);
  expect(tokenized.map(({ tokenTypeIds }) => [...(tokenTypeIds ?? [])])).toEqual(bertGolden.token_type_ids);
});

describe.each(["tiny-reranker", "tiny-nli"] as const)("%s, converted to the standard layout", (name) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "crossrank-onnx-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function loadConverted(dtype: StandardDtype): Promise<CrossEncoder> {
    const outputFolder = join(folder, dtype);
    await convertToStandardLayout(`test/fixtures/${name}`, { outputFolder, dtype, replaces: true });
    return CrossEncoder.fromPretrained(outputFolder);
  }

  test("in fp32 loads by itself and gives the reference's logits", async () => {
    await using model = await loadConverted("fp32");
    expect(model.info).toMatchObject({ runs: "onnx", weightFiles: ["onnx/model.onnx"] });
    assertClose(await logitsOf(model, modernBertPairs), goldens.models[name].logits.flat(), tolerances.logits);
  });

  test("has the model's activation, maximum length and labels, and says them in its metadata", async () => {
    await using model = await loadConverted("fp32");
    await using source = await CrossEncoder.fromPretrained(`test/fixtures/${name}`);
    const facts = ({ activationFn, maxLength, numLabels, id2label }: CrossEncoder) => ({
      activationFn,
      maxLength,
      numLabels,
      id2label,
    });
    expect(facts(model)).toEqual(facts(source));
    expect(model.info.metadata).toMatchObject({
      activation: String(source.activationFn),
      max_length: String(source.maxLength),
      pooling: "mean",
      dtype: "fp32",
    });
  });

  test("in int8 loads by itself and keeps close to the reference's logits", async () => {
    await using model = await loadConverted("int8");
    expect(model.dtype).toBe("int8");
    expect(model.info.weightFiles).toEqual(["onnx/model_quantized.onnx"]);
    const logits = await logitsOf(model, modernBertPairs);
    assertClose(logits, goldens.models[name].logits.flat(), tolerances.standardInt8Logits);
  });
});
