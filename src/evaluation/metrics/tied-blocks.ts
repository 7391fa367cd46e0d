import { InvalidInputError, NonFiniteScoreError } from "../../errors/index.js";

/** Documents of one score: what no ranking by score can tell apart. */
export interface TiedBlock {
  score: number;
  /** Documents that rank above the block. */
  start: number;
  size: number;
  /** Sum of their relevance. */
  gain: number;
  /** How many of them are relevant: more than 0. */
  relevantCount: number;
}

/**
 * Orders documents by descending score and groups those of equal score: what every ranking metric here is made of, so
 * that none depends on the order in which documents were given.
 *
 * @param scores - Of each document, finite.
 * @param relevance - Of each document, finite and >= 0.
 * @throws {NonFiniteScoreError} If a score is NaN or infinite; names the indices.
 * @throws {InvalidInputError} If there is not one relevance a score, or one is negative or not finite.
 */
export function tiedBlocks(scores: ArrayLike<number>, relevance: ArrayLike<number>): TiedBlock[] {
  requireJudged(scores, relevance);
  const order = Array.from(scores, (_, index) => index);
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const blocks: TiedBlock[] = [];
  for (const [start, index] of order.entries()) {
    const score = scores[index] as number;
    const gain = relevance[index] as number;
    let block = blocks.at(-1);
    if (block?.score !== score) blocks.push((block = { score, start, size: 0, gain: 0, relevantCount: 0 }));
    block.size += 1;
    block.gain += gain;
    block.relevantCount += Number(gain > 0);
  }
  return blocks;
}

/** How many of a block's places are among the first `k`. */
export function placesWithin({ start, size }: TiedBlock, k: number): number {
  return Math.min(Math.max(k - start, 0), size);
}

/** How many documents are relevant: those of the blocks, and those that the ranking lacks. */
export function countRelevant(blocks: readonly TiedBlock[], missing = 0): number {
  return blocks.reduce((sum, { relevantCount }) => sum + relevantCount, missing);
}

/** @throws {NonFiniteScoreError} If a score is NaN or infinite; names the indices. */
export function requireFiniteScores(scores: ArrayLike<number>): void {
  const indices = Array.from(scores, (score, index) => (Number.isFinite(score) ? -1 : index)).filter((i) => i >= 0);
  if (indices.length === 0) return;
  throw new NonFiniteScoreError(
    `Every score must be a finite number, but ${indices.length} are not, the first at index ${String(indices[0])}.`,
    { indices },
  );
}

/** @throws {InvalidInputError} If two lists that belong together differ in length. */
export function requireSameLength(scores: ArrayLike<number>, labels: ArrayLike<number>, what: string): void {
  if (scores.length === labels.length) return;
  throw new InvalidInputError(
    `There must be one ${what} for each score, got ${labels.length} for ${scores.length} scores.`,
    { argument: what, expected: scores.length, actual: labels.length },
  );
}

function requireJudged(scores: ArrayLike<number>, relevance: ArrayLike<number>): void {
  requireFiniteScores(scores);
  requireSameLength(scores, relevance, "relevance");
  const index = Array.from(relevance).findIndex((value) => !(value >= 0 && value < Infinity));
  if (index === -1) return;
  throw new InvalidInputError(
    `The relevance at index ${index} must be a finite number of at least 0, got ${String(relevance[index])}.`,
    { argument: "relevance", index },
  );
}
