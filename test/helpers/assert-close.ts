import { expect } from "vitest";

/** Fails if two lists of numbers differ by more than `tolerance` anywhere, showing where and by how much. */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const differences = Array.from(actual, (value, index) => Math.abs(value - (expected[index] ?? NaN)));
  const firstBad = differences.findIndex((difference) => !(difference <= tolerance));
  if (firstBad === -1) return;
  const pairs = Array.from(actual, (value, index) => `${value} for ${String(expected[index])}`).slice(
    firstBad,
    firstBad + 5,
  );
  expect.fail(
    `largest difference ${Math.max(...differences)}, allowed ${tolerance}; from index ${firstBad} on: ${pairs.join(", ")}`,
  );
}
