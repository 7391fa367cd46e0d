import { describe, expect, test } from "vitest";

import { planParts, type PartLimits } from "../../../src/planning/plan-parts.js";
import { seededRandom } from "../../helpers/seeded-random.js";

test.each<[string, number[], PartLimits, number[][]]>([
  ["no items are one empty part", [], { partCount: 3, leastCost: 1 }, [[]]],
  ["one part has all, in order", [2, 3, 1], { partCount: 1, leastCost: 1 }, [[0, 1, 2]]],
  ["there are no more parts than items", [5, 5], { partCount: 3, leastCost: 1 }, [[0], [1]]],
  ["too little for two parts stays together", [5, 5, 5], { partCount: 3, leastCost: 8 }, [[0, 1, 2]]],
  [
    "there are as many parts as are worth it",
    [5, 5, 5, 5],
    { partCount: 3, leastCost: 10 },
    [
      [0, 2],
      [1, 3],
    ],
  ],
  ["a dear item has a part of its own", [1, 9, 1, 1], { partCount: 2, leastCost: 1 }, [[1], [0, 2, 3]]],
  [
    "like items are dealt out evenly",
    [9, 9, 1, 1],
    { partCount: 2, leastCost: 1 },
    [
      [0, 2],
      [1, 3],
    ],
  ],
])("%s", (_, costs, limits, parts) => {
  expect(planParts(costs, limits)).toEqual(parts);
});

describe("of random costs", () => {
  const cases = Array.from({ length: 50 }, (_, seed) => {
    const random = seededRandom(seed);
    const costs = Array.from({ length: 1 + Math.floor(random() * 200) }, () => 1 + Math.floor(random() * 1000));
    return { costs, parts: planParts(costs, { partCount: 1 + (seed % 7), leastCost: 1 }) };
  });

  test("every item is in one part, and no part is empty", () => {
    for (const { costs, parts } of cases) {
      expect(parts.flat().sort((a, b) => a - b)).toEqual([...costs.keys()]);
      expect(Math.min(...parts.map(({ length }) => length))).toBeGreaterThan(0);
    }
  });

  test("each part's items are in order", () => {
    for (const { parts } of cases) for (const part of parts) expect(part).toEqual([...part].sort((a, b) => a - b));
  });

  test("parts differ by no more than the dearest item", () => {
    for (const { costs, parts } of cases) {
      const sums = parts.map((part) => part.reduce((sum, index) => sum + (costs[index] ?? NaN), 0));
      expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(Math.max(...costs));
    }
  });
});
