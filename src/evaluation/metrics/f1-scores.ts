import { InvalidInputError } from "../../errors/index.js";

/** F1 over several classes. */
export interface F1Scores {
  /** Mean of the classes' F1. */
  macro: number;
  /** F1 over all decisions; with one class a pair this is the accuracy. */
  micro: number;
  /** Mean of the classes' F1, each weighted by how many pairs have that label. */
  weighted: number;
}

interface ClassCounts {
  /** Pairs that have the label. */
  labelled: number;
  /** Pairs that are predicted to have it. */
  predicted: number;
  /** Pairs of which both are true. */
  correct: number;
}

/**
 * Macro, micro and weighted F1 of predicted classes.
 *
 *     F1 of a class = 2 × correct / (labelled + predicted)
 *
 * Classes are those that occur among labels or predictions. A class that occurs on one side only has an F1 of 0.
 *
 * @param predictions - Class of each pair.
 * @param labels - The true class of each pair.
 * @throws {InvalidInputError} If the lists differ in length or are empty.
 * @see scikit-learn 1.9, `f1_score` with `zero_division=0`
 */
export function f1Scores(predictions: readonly number[], labels: readonly number[]): F1Scores {
  if (predictions.length !== labels.length || labels.length === 0) {
    throw new InvalidInputError(
      `There must be one prediction for each of at least one label, got ${predictions.length} for ${labels.length}.`,
      { argument: "predictions", expected: labels.length, actual: predictions.length },
    );
  }
  const classes = [...countByClass(predictions, labels).values()];
  const scores = classes.map(({ labelled, predicted, correct }) => (2 * correct) / (labelled + predicted));
  const correct = classes.reduce((sum, counts) => sum + counts.correct, 0);
  return {
    macro: scores.reduce((sum, score) => sum + score, 0) / classes.length,
    micro: correct / labels.length,
    weighted: scores.reduce((sum, score, i) => sum + score * (classes[i]?.labelled ?? 0), 0) / labels.length,
  };
}

function countByClass(predictions: readonly number[], labels: readonly number[]): Map<number, ClassCounts> {
  const counts = new Map<number, ClassCounts>();
  const countsOf = (label: number): ClassCounts => {
    const known = counts.get(label) ?? { labelled: 0, predicted: 0, correct: 0 };
    counts.set(label, known);
    return known;
  };
  for (const [index, label] of labels.entries()) {
    const prediction = predictions[index] as number;
    countsOf(label).labelled += 1;
    countsOf(prediction).predicted += 1;
    if (prediction === label) countsOf(label).correct += 1;
  }
  return counts;
}
