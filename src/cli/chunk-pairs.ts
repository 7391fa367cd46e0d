import { parsePair, type Line } from "../files/index.js";
import type { Pair } from "../index.js";

/** Consecutive pairs of a file, and the bytes they take in it. */
export interface PairChunk {
  pairs: Pair[];
  startByte: number;
  endByte: number;
}

/** Enough for pairs of like length to meet in a micro-batch; no more of a file is held at once. */
const chunkLimits = { pairs: 1024, characters: 1_000_000 };

/**
 * Groups the pairs of a file into chunks of bounded size, in order.
 *
 * @throws {InvalidInputError} At the first line that is no pair, once the pairs before it have come out.
 */
export async function* chunkPairs(lines: AsyncIterable<Line>): AsyncGenerator<PairChunk> {
  let chunk = emptyChunk(0);
  let characters = 0;
  try {
    for await (const line of lines) {
      chunk.pairs.push(parsePair(line));
      chunk.endByte = line.endByte;
      characters += line.text.length;
      if (chunk.pairs.length < chunkLimits.pairs && characters < chunkLimits.characters) continue;
      yield chunk;
      chunk = emptyChunk(line.endByte);
      characters = 0;
    }
  } catch (error) {
    if (chunk.pairs.length > 0) yield chunk;
    throw error;
  }
  if (chunk.pairs.length > 0) yield chunk;
}

function emptyChunk(startByte: number): PairChunk {
  return { pairs: [], startByte, endByte: startByte };
}
