/**
 * Logits, scores, softmax, prompts and rankings against sentence-transformers, on models with random weights.
 *
 * Provenance of the numbers: test/fixtures/README.md.
 */
import { CrossEncoder, type PredictOptions, type RankedDocument } from "crossrank";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import goldens from "../fixtures/golden_scores.json" with { type: "json" };
import { assertClose } from "../helpers/assert-close.js";
import { tolerances } from "./tolerances.js";

const pairs = goldens.pairs as [string, string][];
const goldenRows = (numbers: (number | number[])[]) => numbers.map((row) => [row].flat());

/** Scores as rows, [pairs, labels], whatever the number of labels. */
async function predictRows(
  model: CrossEncoder,
  input: [string, string][],
  options: PredictOptions = {},
): Promise<number[][]> {
  const scores: Iterable<number | Float32Array> = await model.predict<number | Float32Array>(input, options);
  return Array.from(scores, (row) => (typeof row === "number" ? [row] : [...row]));
}

const asLogits = { activationFn: "identity" } as const;

describe.each(["tiny-reranker", "tiny-nli"] as const)("%s", (name) => {
  const golden = goldens.models[name];
  const folder = `test/fixtures/${name}`;
  let model: CrossEncoder;
  let shortModel: CrossEncoder;

  beforeAll(async () => {
    model = await CrossEncoder.fromPretrained(folder);
    shortModel = await CrossEncoder.fromPretrained(folder, { maxLength: 24 });
  });
  afterAll(async () => {
    await model.dispose();
    await shortModel.dispose();
  });

  test("has the reference's labels, maximum length and activation", () => {
    expect(model.numLabels).toBe(golden.num_labels);
    expect(model.maxLength).toBe(golden.max_seq_length);
    expect(model.activationFn).toBe(golden.activation.toLowerCase());
  });

  test("sees the reference's ids", async () => {
    const tokenized = await model.tokenize(pairs);
    expect(tokenized.map(({ inputIds }) => [...inputIds])).toEqual(golden.input_ids);
  });

  test("gives the reference's logits in one batch", async () => {
    const logits = await predictRows(model, pairs, asLogits);
    assertClose(logits.flat(), goldenRows(golden.logits).flat(), tolerances.logits);
  });

  test("gives the reference's logits for each pair alone", async () => {
    const logits = await Promise.all(pairs.map((pair) => predictRows(model, [pair], asLogits)));
    assertClose(logits.flat(2), goldenRows(golden.logits_bs1).flat(), tolerances.logits);
  });

  test("gives the reference's scores", async () => {
    assertClose((await predictRows(model, pairs)).flat(), goldenRows(golden.scores).flat(), tolerances.scores);
  });

  test("gives the reference's ids and logits at a maximum length of 24", async () => {
    const tokenized = await shortModel.tokenize(pairs);
    expect(tokenized.map(({ inputIds }) => [...inputIds])).toEqual(golden.max_length_24.input_ids);
    const logits = await predictRows(shortModel, pairs, asLogits);
    assertClose(logits.flat(), goldenRows(golden.max_length_24.logits).flat(), tolerances.logits);
  });

  test("puts a prompt in front of the query as the reference does", async () => {
    const prompted = pairs.slice(0, golden.prompt_query_colon.length);
    const logits = await predictRows(model, prompted, { ...asLogits, prompt: "query: " });
    assertClose(logits.flat(), goldenRows(golden.prompt_query_colon).flat(), tolerances.logits);
  });

  test("does not let a pair's logits depend on its company, its place or the size of micro-batches", async () => {
    const together = await predictRows(model, pairs, asLogits);
    const backwards = await predictRows(model, [...pairs].reverse(), { ...asLogits, batchSize: 2 });
    const packed = await predictRows(model, pairs, { ...asLogits, maxBatchTokens: 8000 });
    assertClose(backwards.reverse().flat(), together.flat(), tolerances.batchInvariance);
    assertClose(packed.flat(), together.flat(), tolerances.batchInvariance);
  });
});

describe("softmax", () => {
  test("over three labels gives the reference's probabilities", async () => {
    await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-nli");
    const probabilities = await predictRows(model, pairs, { applySoftmax: true });
    assertClose(probabilities.flat(), goldens.models["tiny-nli"].softmax.flat(), tolerances.scores);
  });

  test("over one label changes nothing, where the reference makes every score 1", async () => {
    await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker");
    expect(goldens.models["tiny-reranker"].softmax).toEqual(pairs.map(() => 1));
    expect(await model.predict(pairs, { applySoftmax: true })).toEqual(await model.predict(pairs));
  });
});

describe("rank", () => {
  const golden = goldens.models["tiny-reranker"].rank;

  test("gives the reference's order and scores", async () => {
    await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker");
    const ranking = await model.rank(golden.query, golden.documents);
    expectRanking(ranking, golden.result);
  });

  test("gives the reference's best three with their texts", async () => {
    await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker");
    const ranking = await model.rank(golden.query, golden.documents, { topK: 3, returnDocuments: true });
    expectRanking(ranking, golden.top_3_with_documents);
    expect(ranking.map(({ text }) => text)).toEqual(golden.top_3_with_documents.map(({ text }) => text));
  });
});

function expectRanking(ranking: RankedDocument[], expected: { corpus_id: number; score: number }[]): void {
  expect(ranking.map(({ corpusId }) => corpusId)).toEqual(expected.map(({ corpus_id }) => corpus_id));
  assertClose(
    ranking.map(({ score }) => score),
    expected.map(({ score }) => score),
    tolerances.scores,
  );
}
