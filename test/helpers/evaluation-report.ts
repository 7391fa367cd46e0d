import {
  compareMeasurements,
  measureReranking,
  summarizeReranking,
  type EvaluationReport,
  type RerankingSample,
} from "../../src/evaluation/index.js";
import { fakeScorer } from "./fake-scorer.js";
import { seededRandom } from "./seeded-random.js";

/** What a text would do to a page that did not escape it. */
export const hostileText = `</summary></style><script>document.title = "taken"</script><img src="http://example.test/x">`;

/** A report on 40 queries with 20 documents each, as two random models rank them; texts try to break the page. */
export async function exampleReport(datasetCount = 1): Promise<EvaluationReport> {
  const bootstrap = { resamples: 200, confidence: 0.95, seed: 1 };
  const datasets = Array.from({ length: datasetCount }, async (_, index) => {
    const samples = exampleSamples(index);
    const [first, second] = [await measure(samples, 1), await measure(samples, 0.3)];
    return {
      name: `dataset-${index + 1}.jsonl`,
      summaries: [summarizeReranking(first, bootstrap), summarizeReranking(second, bootstrap)],
      comparison: compareMeasurements(first, second, bootstrap),
    };
  });
  const models = [
    { name: "./some/where/my-reranker", detail: "fp32" },
    { name: "<b>another</b>", detail: "int8" },
  ];
  return { models, datasets: await Promise.all(datasets), bootstrap };
}

function exampleSamples(seed: number): RerankingSample[] {
  const random = seededRandom(seed);
  return Array.from({ length: 40 }, (_, query) => {
    const documents = Array.from({ length: 20 }, (_, rank) => `document ${query}.${rank} ${hostileText}`);
    const positive = documents.filter((_, rank) => rank === Math.floor(random() * 20));
    return { query: `query ${query}? ${hostileText}`, positive: positive.length > 0 ? positive : "none", documents };
  });
}

function measure(samples: RerankingSample[], noise: number) {
  const random = seededRandom(noise * 1000);
  const relevant = new Set(samples.flatMap(({ positive }) => positive));
  const scorer = fakeScorer((_, document) => noise * random() + Number(relevant.has(document)) * 0.5);
  return measureReranking(scorer, samples, { callPerQuery: true });
}
