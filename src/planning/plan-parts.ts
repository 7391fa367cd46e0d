/** How far work is split. */
export interface PartLimits {
  /** Most parts, >= 1. */
  partCount: number;
  /** Least cost of a part on average, > 0: less is not worth a part of its own. */
  leastCost: number;
}

/**
 * Splits items into parts of like cost, for workers that start at the same time and should end at the same time.
 *
 * Items are dealt out from the dearest to the cheapest, each to the part that has least so far; equal ones keep their
 * order, and of equal parts the first is served. So parts get like items, not only like sums, and differ by no more
 * than one item's cost.
 *
 * @param costs - Cost of each item, shape [n], each > 0.
 * @returns Indices into `costs`, ascending, one list a part; every index occurs exactly once. No part is empty, except
 * the one part of no items.
 */
export function planParts(costs: readonly number[], { partCount, leastCost }: PartLimits): number[][] {
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const count = Math.max(1, Math.min(partCount, costs.length, Math.floor(total / leastCost)));
  if (count === 1) return [[...costs.keys()]];
  const parts = Array.from({ length: count }, () => ({ cost: 0, indices: [] as number[] }));
  for (const [index, cost] of [...costs.entries()].sort(([, a], [, b]) => b - a)) {
    const cheapest = parts.reduce((least, part) => (part.cost < least.cost ? part : least));
    cheapest.cost += cost;
    cheapest.indices.push(index);
  }
  return parts.map(({ indices }) => indices.sort((a, b) => a - b));
}
