import { InvalidInputError } from "../../errors/index.js";
import { countRelevant, requireFiniteScores, requireSameLength, tiedBlocks } from "./tied-blocks.js";

/** What comes of accepting the pairs from a score upwards. */
export interface ScoreCut {
  /** The lowest accepted score, and the highest that is not; the latter is undefined where all are accepted. */
  above: number;
  below: number | undefined;
  /** Ratios of 0 … 1; `f1` is 0 where nothing accepted is right. */
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
}

/**
 * Every way to tell accepted pairs from others by a threshold, from the strictest on: one cut after each distinct score.
 *
 * No cut goes between equal scores, since no threshold does.
 *
 * @param labels - 1 for pairs that belong together, 0 for others.
 * @throws {NonFiniteScoreError | InvalidInputError} If a score is not finite, a label neither, or the lists differ in length.
 */
export function scoreCuts(scores: ArrayLike<number>, labels: ArrayLike<number>): ScoreCut[] {
  requireBinaryLabels(scores, labels);
  const blocks = tiedBlocks(scores, labels);
  const positives = countRelevant(blocks);
  let correct = 0;
  return blocks.map(({ score, start, size, relevantCount }, index) => {
    correct += relevantCount;
    const accepted = start + size;
    const rejectedRightly = scores.length - accepted - (positives - correct);
    const precision = correct / accepted;
    const recall = positives === 0 ? 0 : correct / positives;
    return {
      above: score,
      below: blocks[index + 1]?.score,
      accuracy: (correct + rejectedRightly) / scores.length,
      precision,
      recall,
      f1: correct === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    };
  });
}

function requireBinaryLabels(scores: ArrayLike<number>, labels: ArrayLike<number>): void {
  requireFiniteScores(scores);
  requireSameLength(scores, labels, "label");
  const index = Array.from(labels).findIndex((label) => label !== 0 && label !== 1);
  if (index === -1) return;
  throw new InvalidInputError(`The label at index ${index} must be 0 or 1, got ${String(labels[index])}.`, {
    argument: "labels",
    index,
  });
}
