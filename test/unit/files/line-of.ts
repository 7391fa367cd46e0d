import type { Line } from "../../../src/files/index.js";

/** A line as it comes from a file. */
export function lineOf(text: string, number = 3): Line {
  return { text, number, source: "pairs.jsonl", endByte: number * 100 };
}
