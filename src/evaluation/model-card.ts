import type { Metrics } from "./evaluator.js";

/**
 * Metrics as model cards print them: with the difference to the ranking before, where that is known.
 *
 * `{ "ndcg@10": 0.7080, "base_ndcg@10": 0.4339 }` becomes `{ "ndcg@10": "0.7080 (+0.2741)" }`. Metrics without a base
 * stay numbers.
 *
 * @param metrics - What {@link CrossEncoderRerankingEvaluator.evaluate} or
 * {@link CrossEncoderNanoBEIREvaluator.evaluate} resolves to.
 */
export function formatForModelCard(metrics: Metrics): Record<string, string | number> {
  const own = Object.entries(metrics).filter(([key]) => !isBase(key, metrics));
  return Object.fromEntries(
    own.map(([key, value]) => {
      const base = metrics[baseKey(key)];
      return [key, base === undefined ? value : withDifference(value, base)];
    }),
  );
}

function withDifference(value: number, base: number): string {
  const difference = fourDecimals(value - base);
  return `${fourDecimals(value)} (${difference.startsWith("-") ? "" : "+"}${difference})`;
}

/** `base_` stands before the metric, behind the evaluator's name. */
function baseKey(key: string): string {
  return key.replace(/[^_]+$/, "base_$&");
}

/** An evaluator's own name may end in `base`, too. */
function isBase(key: string, metrics: Metrics): boolean {
  const withoutBase = key.replace(/(^|_)base_([^_]+)$/, "$1$2");
  return withoutBase !== key && withoutBase in metrics;
}

/**
 * Four decimals, halves to the even digit as Python rounds them; `toFixed` takes them up. Only odd multiples of 1/32
 * lie halfway.
 */
function fourDecimals(value: number): string {
  if (Math.abs((value * 32) % 2) !== 1) return value.toFixed(4);
  const below = Math.floor(value * 1e4);
  return ((below % 2 === 0 ? below : below + 1) / 1e4).toFixed(4);
}
