/**
 * The candidate that takes the fewest edits to become `name`, an edit being one character put in, left out or replaced.
 *
 * Of equally close ones the first; none if all take more edits than half of `name`'s length.
 */
export function closestName(name: string, candidates: Iterable<string>): string | undefined {
  let closest: string | undefined;
  let fewest = Math.floor(name.length / 2) + 1;
  for (const candidate of candidates) {
    // A lower bound, which spares most candidates and all absurdly long ones the quadratic count.
    if (Math.abs(name.length - candidate.length) >= fewest) continue;
    const edits = countEdits(name, candidate);
    if (edits >= fewest) continue;
    fewest = edits;
    closest = candidate;
  }
  return closest;
}

/** Levenshtein's distance: row by row, the edits from each prefix of `from` to each prefix of `to`. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, length) => length);
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = (row[column] as number) + (from[index] === to[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] as number) + 1, (next[column] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
