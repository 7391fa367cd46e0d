/** The evaluators of the built package with a real model. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { CrossEncoder, CrossrankError } from "crossrank";
import {
  CrossEncoderClassificationEvaluator,
  CrossEncoderRerankingEvaluator,
  type PairScorer,
} from "crossrank/evaluation";

let model: CrossEncoder;
beforeAll(async () => {
  model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker");
});
afterAll(() => model.dispose());

const samples = [
  { query: "how do you find mass?", positive: "Weigh it.", documents: ["A High Mass is sung.", "Weigh it.", "Bread."] },
  { query: "what is bread?", positive: ["Bread."], documents: ["Weigh it.", "Bread."] },
];

test("a CrossEncoder is evaluated as it is, and its order is that of rank()", async () => {
  const evaluator = new CrossEncoderRerankingEvaluator(samples, { name: "dev", batchSize: 2 });
  const queries: string[] = [];
  const metrics = await evaluator.evaluate(model, { onQuery: ({ query }) => queries.push(query) });
  expect(queries).toEqual(samples.map(({ query }) => query));
  const reciprocalRanks = await Promise.all(
    samples.map(async ({ query, positive, documents }) => {
      const ranking = await model.rank(query, documents, { returnDocuments: true });
      return 1 / (1 + ranking.findIndex(({ text }) => text !== undefined && positive.includes(text)));
    }),
  );
  expect(metrics["dev_mrr@10"]).toBeCloseTo(reciprocalRanks.reduce((sum, value) => sum + value, 0) / 2, 12);
  expect(metrics["dev_base_mrr@10"]).toBe(1 / 2);
});

test("an aborted evaluation rejects with the signal's reason", async () => {
  const reason = new Error("enough");
  const evaluation = new CrossEncoderRerankingEvaluator(samples).evaluate(model, { signal: AbortSignal.abort(reason) });
  await expect(evaluation).rejects.toBe(reason);
});

test("a model of several labels is classified with, and refused for reranking", async () => {
  await using nli = await CrossEncoder.fromPretrained("test/fixtures/tiny-nli");
  // Its rows come from the form of predict() for models of several labels.
  const scorer: PairScorer = { predict: (pairs, options) => nli.predict<Float32Array>(pairs, options) };
  const pairs = samples.flatMap(({ query, documents }) => documents.map((text) => [query, text] as const));
  const metrics = await new CrossEncoderClassificationEvaluator(pairs, [0, 1, 2, 0, 1]).evaluate(scorer);
  expect(Object.keys(metrics)).toEqual(["f1_macro", "f1_micro", "f1_weighted"]);
  const direct = new CrossEncoderClassificationEvaluator(pairs, [0, 1, 2, 0, 1]);
  expect(await direct.evaluate(nli)).toEqual(metrics);
  const error: unknown = await new CrossEncoderRerankingEvaluator(samples).evaluate(nli).catch((e: unknown) => e);
  expect(CrossrankError.isInstance(error) && error.code).toBe("INVALID_OPTIONS");
});
