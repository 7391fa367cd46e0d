/**
 * What an evaluation itself costs: 1,000 queries with 100 documents each, ranked by a fake model that takes no time.
 *
 * Usage: npx tsx test/bench/evaluation.ts [--queries 1000] [--documents 100]
 * Prints JSON: seconds of ranking and measuring, and of the figures with their bootstrap intervals; peak resident
 * memory of the process in MB, and what it was before.
 */
import { parseArgs } from "node:util";
import {
  measureReranking,
  renderReport,
  summarizeReranking,
  type PairScorer,
  type RerankingSample,
} from "../../src/evaluation/index.js";

const { values } = parseArgs({
  options: { queries: { type: "string", default: "1000" }, documents: { type: "string", default: "100" } },
});
const [queryCount, documentCount] = [Number(values.queries), Number(values.documents)];
const sentence = "To find the mass of an object divide its weight by the acceleration of gravity. ";

/** Made as they are read, so that memory shows what the evaluation keeps. */
async function* samples(): AsyncGenerator<RerankingSample> {
  for (let query = 0; query < queryCount; query++) {
    const documents = Array.from(
      { length: documentCount },
      (_, rank) => `${(query * 31 + rank * 17) % 1009} ${query} ${rank} ${sentence.repeat(5)}`,
    );
    const positive = documents[query % documentCount] ?? "";
    yield { query: `query ${query}`, positive, documents };
  }
}

const scorer: PairScorer = {
  predict: async (pairs) => Float32Array.from(pairs, ([, document]) => Number.parseInt(document, 10) / 1009),
};

const residentMegabytes = () => Math.round(process.memoryUsage().rss / 1e6);
const before = residentMegabytes();
let start = performance.now();
const secondsSince = () => {
  const seconds = (performance.now() - start) / 1000;
  start = performance.now();
  return Number(seconds.toFixed(2));
};

const measurement = await measureReranking(scorer, samples());
const rankingSeconds = secondsSince();
const bootstrap = { resamples: 10_000, confidence: 0.95, seed: 1 };
const summary = summarizeReranking(measurement, bootstrap);
const figuresSeconds = secondsSince();
renderReport({ models: [{ name: "fake" }], datasets: [{ name: "made up", summaries: [summary] }], bootstrap });
const pageSeconds = secondsSince();
const peak = Math.round(process.resourceUsage().maxRSS / 1e3);
const pairs = measurement.pairCount;
console.log(
  JSON.stringify({ pairs, rankingSeconds, figuresSeconds, pageSeconds, residentMegabytes: { before, peak } }, null, 2),
);
