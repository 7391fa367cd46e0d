/**
 * What a cascade costs and how well it ranks, beside its large model alone. Each query is ranked by all contestants in
 * turn, and each is timed.
 *
 * - `random base` has ModernBERT-base's shape and random weights: it shows what a cascade costs, and ranks no better than
 *   chance.
 * - `nano fp32` behind `nano int8` shows that pruning keeps the ranking; the two differ too little in cost to save any.
 *
 * Usage: npm run bench:cascade -- --samples FILE.jsonl [--queries N] [--keep 5,10,20] [--large "random base"]
 * Samples: as for `crossrank convert --calibrate`, with relevant documents named.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CrossEncoder, type RankedDocument, type Reranker } from "../../dist/index.js";
import { makeRandomModel } from "../../scripts/make-random-model.js";
import { openInput } from "../../src/files/index.js";
import { readSamples } from "../../src/cli/read-samples.js";
import { ndcg, type RankingSample } from "../../src/evaluation/index.js";

const { values: flags } = parseArgs({
  options: {
    samples: { type: "string" },
    queries: { type: "string", default: "10" },
    keep: { type: "string", default: "5,10,20" },
    large: { type: "string", default: "nano fp32" },
  },
});
if (flags.samples === undefined) throw new Error("--samples FILE.jsonl must be given");

const folder = await mkdtemp(join(tmpdir(), "crossrank-cascade-"));
try {
  const samples = (await readSamples(openInput(flags.samples))).slice(0, Number(flags.queries));
  await using small = await CrossEncoder.fromPretrained(undefined, { dtype: "int8" });
  await using large = await loadLarge(flags.large);
  const cascades = flags.keep
    .split(",")
    .map((keep): [string, Reranker] => [
      `keep ${keep}`,
      CrossEncoder.cascade([{ model: small, keep: Number(keep) }, { model: large }]),
    ]);
  console.table(await compare([["small alone", small], [`${flags.large} alone`, large], ...cascades], samples));
} finally {
  await rm(folder, { recursive: true });
}

async function loadLarge(name: string): Promise<CrossEncoder> {
  if (name === "nano fp32") return CrossEncoder.fromPretrained();
  if (name !== "random base") throw new Error(`--large must be "nano fp32" or "random base", got "${name}"`);
  await makeRandomModel("modernbert-base", folder);
  return CrossEncoder.fromPretrained(folder);
}

/** Mean seconds and NDCG@10 a query; the first query is ranked once more beforehand, to warm up. */
async function compare(contestants: readonly [string, Reranker][], samples: readonly RankingSample[]) {
  const sums = contestants.map(([name, model]) => ({ name, model, seconds: 0, ndcgAt10: 0 }));
  const [first] = samples;
  if (first === undefined) throw new Error("There are no samples.");
  for (const { model } of sums) await model.rank(first.query, first.documents);
  for (const { query, documents, relevance = [] } of samples) {
    for (const sum of sums) {
      const start = performance.now();
      const ranking = await sum.model.rank(query, documents);
      sum.seconds += (performance.now() - start) / 1000;
      sum.ndcgAt10 += ndcg(placesAsScores(ranking), relevance, 10);
    }
  }
  const seconds = sums[1]?.seconds ?? NaN;
  return Object.fromEntries(
    sums.map((sum) => [
      sum.name,
      {
        "s/query": Number((sum.seconds / samples.length).toFixed(3)),
        "of the large model's time": Number((sum.seconds / seconds).toFixed(2)),
        "NDCG@10": Number((sum.ndcgAt10 / samples.length).toFixed(3)),
      },
    ]),
  );
}

/** A cascade's scores are not comparable across stages; its order is. */
function placesAsScores(ranking: readonly RankedDocument[]): number[] {
  const scores: number[] = [];
  for (const [rank, { corpusId }] of ranking.entries()) scores[corpusId] = -rank;
  return scores;
}
