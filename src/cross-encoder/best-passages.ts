import type { PassageLogits } from "../inference/index.js";
import type { Passage } from "../tokenization/index.js";
import { scoresFromLogits, type Scoring } from "./activation.js";

/** Scores of documents by their passages. */
export interface DocumentScores {
  /** Shape [pairs]. */
  scores: Float32Array;
  /** The passage that each score is of; undefined for a document that was not split. */
  passages: readonly (Passage | undefined)[];
}

/**
 * Gives each document the score of its best passage, the first of equal ones.
 *
 * Scores are compared, not logits: an activation need not rise with them.
 *
 * @param scoring - Of one label.
 *
 * @throws {InvalidOptionsError | NonFiniteScoreError} As {@link scoresFromLogits}; pairs are named, not passages.
 */
export function bestPassages(
  { logits, counts, offsets }: PassageLogits,
  scoring: Omit<Scoring, "pairIndices">,
): DocumentScores {
  const pairIndices = Array.from(counts).flatMap((count, pairIndex) => Array<number>(count).fill(pairIndex));
  const passageScores = scoresFromLogits(logits, { ...scoring, pairIndices });
  const scores = new Float32Array(counts.length);
  const passages: (Passage | undefined)[] = [];
  let first = 0;
  for (const [pairIndex, count] of counts.entries()) {
    const best = first + indexOfHighest(passageScores.subarray(first, first + count));
    scores[pairIndex] = passageScores[best] as number;
    passages.push(count > 1 ? passageAt(offsets, best) : undefined);
    first += count;
  }
  return { scores, passages };
}

function passageAt(offsets: Uint32Array, index: number): Passage {
  return { start: offsets[2 * index] as number, end: offsets[2 * index + 1] as number };
}

/** The first of the highest values. */
function indexOfHighest(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > (values[best] as number) ? index : best), 0);
}
