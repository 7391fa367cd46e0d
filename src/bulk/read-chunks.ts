import { createHash } from "node:crypto";
import { InvalidInputError } from "../errors/index.js";
import { openInput, parsePair, readLines, type Input } from "../files/index.js";
import type { Pair } from "../cross-encoder/index.js";
import type { Chunk } from "./chunk-store.js";

/** About what English takes in the vocabularies of today's models. */
const bytesPerToken = 4;

/** The special tokens around and between the two texts. */
const tokensPerPair = 3;

/** A file of pairs, cut into chunks as it is read. */
export interface ChunkedFile {
  chunks: AsyncGenerator<Chunk>;
  /** SHA-256 of its bytes, in hexadecimal; once all chunks have come out. */
  digest: () => string;
}

/**
 * Cuts a file of pairs into chunks of at most `chunkTokens` estimated tokens, in the file's order.
 *
 * The same file gives the same chunks. A pair of more tokens is a chunk of its own.
 *
 * @throws {InvalidInputError} If there is no such file, or a line is no pair; names it.
 */
export function readChunks(path: string, chunkTokens: number): ChunkedFile {
  if (path === "-") {
    throw new InvalidInputError("Pairs must come from a file: it is read twice, to know it again.", { path });
  }
  const hash = createHash("sha256");
  const input = openInput(path);
  const chunks = cutIntoChunks({ ...input, chunks: observe(input.chunks, (bytes) => hash.update(bytes)) }, chunkTokens);
  return { chunks, digest: () => hash.copy().digest("hex") };
}

/** Tokens that a pair is taken to have. */
export function estimateTokens([query, document]: Pair): number {
  return tokensPerPair + Math.ceil((Buffer.byteLength(query) + Buffer.byteLength(document)) / bytesPerToken);
}

async function* cutIntoChunks(input: Input, chunkTokens: number): AsyncGenerator<Chunk> {
  let chunk: Chunk = { firstIndex: 0, pairs: [], lines: [] };
  let tokens = 0;
  for await (const line of readLines(input)) {
    const pair = parsePair(line);
    const added = estimateTokens(pair);
    if (chunk.pairs.length > 0 && tokens + added > chunkTokens) {
      yield chunk;
      chunk = { firstIndex: chunk.firstIndex + chunk.pairs.length, pairs: [], lines: [] };
      tokens = 0;
    }
    chunk.pairs.push(pair);
    chunk.lines.push(line.number);
    tokens += added;
  }
  if (chunk.pairs.length > 0) yield chunk;
}

async function* observe(chunks: AsyncIterable<Buffer>, see: (chunk: Buffer) => unknown): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    see(chunk);
    yield chunk;
  }
}
