import { printable } from "./printable.js";

const gap = "  ";

/** However narrow the terminal, some of the last column is shown. */
const narrowestColumn = 16;

/**
 * Lays out a table, one line a row: the last column to the left and cut to the width, the others to the right.
 *
 * @param width - Columns of the terminal; `Infinity` cuts nothing.
 */
export function formatTable(titles: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const cells = [titles, ...rows].map((row) => row.map(printable));
  const widths = titles.map((_, column) => cells.reduce((widest, row) => Math.max(widest, at(row, column).length), 0));
  const last = titles.length - 1;
  const used = widths.slice(0, last).reduce((sum, columnWidth) => sum + columnWidth + gap.length, 0);
  const room = Math.max(width - used, narrowestColumn);
  return cells
    .map((row) => row.map((cell, column) => (column === last ? cut(cell, room) : cell.padStart(widths[column] ?? 0))))
    .map((row) => `${row.join(gap).trimEnd()}\n`)
    .join("");
}

/** Lays out facts, one a line, values below each other. */
export function formatFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}${gap}${printable(value)}\n`).join("");
}

/** Cuts text to a number of terminal columns; `…` marks the cut. Reads no further than that. */
function cut(text: string, room: number): string {
  if (text.length * 2 <= room) return text;
  let columns = 0;
  let index = 0;
  let kept = 0;
  for (const character of text) {
    if (columns < room) kept = index;
    columns += columnsOf(character);
    if (columns > room) return `${text.slice(0, kept)}…`;
    index += character.length;
  }
  return text;
}

/** An upper bound will do: symbols, emoji and everything East Asian counts as two columns. */
function columnsOf(character: string): number {
  if (/[\p{M}\p{Cf}]/u.test(character)) return 0;
  return /[\u1100-\u11ff\u231a-\u{10ffff}]/u.test(character) ? 2 : 1;
}

function at(row: readonly string[], column: number): string {
  return row[column] ?? "";
}
