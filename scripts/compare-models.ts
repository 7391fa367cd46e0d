/**
 * Ranks the same samples with two models and says how far the rankings agree.
 *
 * Usage: npx tsx scripts/compare-models.ts FOLDER_A FOLDER_B SAMPLES.jsonl
 * Samples: one JSON object a line, `query`, `positive` (texts) and `documents` (texts).
 */
import { readFile } from "node:fs/promises";
import { CrossEncoder } from "../dist/index.js";

interface Sample {
  query: string;
  positive: string[];
  documents: string[];
}

const [folderA, folderB, samplesPath] = process.argv.slice(2);
if (folderA === undefined || folderB === undefined || samplesPath === undefined) {
  throw new Error("Usage: npx tsx scripts/compare-models.ts FOLDER_A FOLDER_B SAMPLES.jsonl");
}

/** Discounted gain of the relevant documents among the first ten, of that of the best order. 0 if none is relevant. */
function ndcgAt10(scores: Float32Array, isRelevant: readonly boolean[]): number {
  const byScore = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const gain = (order: readonly boolean[]) =>
    order.slice(0, 10).reduce((sum, relevant, rank) => sum + (relevant ? 1 / Math.log2(rank + 2) : 0), 0);
  const best = gain([...isRelevant].sort((a, b) => Number(b) - Number(a)));
  return best === 0 ? 0 : gain(byScore.map((index) => isRelevant[index] as boolean)) / best;
}

/** Share of document pairs in the same order minus share in opposite order (Kendall's tau-a). */
function kendallTau(a: Float32Array, b: Float32Array): number {
  let agreement = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      agreement += Math.sign(((a[i] as number) - (a[j] as number)) * ((b[i] as number) - (b[j] as number)));
    }
  }
  return agreement / ((a.length * (a.length - 1)) / 2);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const samples = (await readFile(samplesPath, "utf8"))
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Sample)
  .filter(({ documents }) => documents.length > 1);
const modelA = await CrossEncoder.fromPretrained(folderA);
const modelB = await CrossEncoder.fromPretrained(folderB);
const rows: { ndcgA: number; ndcgB: number; tau: number; largest: number }[] = [];
for (const { query, positive, documents } of samples) {
  const pairs = documents.map((document) => [query, document]);
  const isRelevant = documents.map((document) => positive.includes(document));
  const [a, b] = [
    await modelA.predict(pairs, { activationFn: "identity" }),
    await modelB.predict(pairs, { activationFn: "identity" }),
  ];
  rows.push({
    ndcgA: ndcgAt10(a, isRelevant),
    ndcgB: ndcgAt10(b, isRelevant),
    tau: kendallTau(a, b),
    largest: Math.max(...a.map((logit, index) => Math.abs(logit - (b[index] as number)))),
  });
}
await Promise.all([modelA.dispose(), modelB.dispose()]);

console.table({
  samples: samples.length,
  "NDCG@10 of A": mean(rows.map(({ ndcgA }) => ndcgA)),
  "NDCG@10 of B": mean(rows.map(({ ndcgB }) => ndcgB)),
  "Kendall's tau": mean(rows.map(({ tau }) => tau)),
  "largest difference of logits": Math.max(...rows.map(({ largest }) => largest)),
});
