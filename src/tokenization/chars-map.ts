/**
 * The normalization table that sentencepiece compiles into a model, which XLM-RoBERTa's tokenizers have as their
 * `Precompiled` step: a trie of what is replaced, and what it is replaced by.
 *
 * `@huggingface/tokenizers` (0.2.0) does NFKC in its place, which gives other ids for joiners (Persian, emoji), accents
 * that stand by themselves and more.
 *
 * Reference: https://github.com/huggingface/tokenizers/blob/v0.22.2/tokenizers/src/normalizers/precompiled.rs and the
 * crate spm_precompiled 0.1.4; the trie is a double array as Darts (https://github.com/s-yata/darts-clone) lays it out.
 */
import { lazySegmenter } from "./lazy-segmenter.js";

const graphemeSegmenter = lazySegmenter("grapheme");

/** Characters that are segmented together: see `sentence-ends.ts`. */
const blockCharacters = 4096;

/** Graphemes of this many bytes and more are not looked up as a whole. */
const longGrapheme = 6;

/**
 * Everything but runs of printable ASCII, with a character of these before and after: between two of them there is
 * always the end of a grapheme.
 */
const besideAscii = /[\x20-\x7e]?(?:[^\x20-\x7e]+[\x20-\x7e]?)+/g;

const whole = /[^]+/g;

export class CharsMap {
  readonly #units: Uint32Array;
  /** What is put in place of others: UTF-8, each with a 0 at its end. */
  readonly #replacements: Uint8Array;
  /** What is looked at; the rest stays as it is. */
  readonly #affected: RegExp;
  readonly #bytes = new Uint8Array(4 * longGrapheme);
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  /**
   * @param base64 - `precompiled_charsmap` of the step.
   * @throws {RangeError} If it has no trie, or one that is cut short.
   */
  constructor(base64: string) {
    const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
    const view = new DataView(bytes.buffer);
    const trieBytes = bytes.length < 4 ? NaN : view.getUint32(0, true);
    if (!(trieBytes > 0 && trieBytes % 4 === 0 && 4 + trieBytes <= bytes.length)) {
      throw new RangeError(`must begin with the length of its trie, which must lie within its ${bytes.length} bytes`);
    }
    this.#units = Uint32Array.from({ length: trieBytes / 4 }, (_, index) => view.getUint32(4 + 4 * index, true));
    this.#replacements = bytes.subarray(4 + trieBytes);
    const ascii = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));
    this.#affected = ascii.some((character) => this.#lookUp(character) !== undefined) ? whole : besideAscii;
  }

  /** Replaces what the table replaces, grapheme by grapheme. */
  normalize(text: string): string {
    return text.replace(this.#affected, (stretch) => this.#normalizeStretch(stretch));
  }

  #normalizeStretch(text: string): string {
    let result = "";
    let start = 0;
    while (start < text.length) {
      const block = text.slice(start, start + blockCharacters);
      const isLast = start + block.length >= text.length;
      for (const { segment, index } of graphemeSegmenter().segment(block)) {
        // The last one may go on in the next block.
        if (!isLast && index > 0 && index + segment.length === block.length) break;
        result += this.#normalizeGrapheme(segment);
        start += segment.length;
      }
    }
    return result;
  }

  #normalizeGrapheme(grapheme: string): string {
    const isShort = grapheme.length < longGrapheme && Buffer.byteLength(grapheme) < longGrapheme;
    const replacement = isShort ? this.#lookUp(grapheme) : undefined;
    return replacement ?? Array.from(grapheme, (character) => this.#lookUp(character) ?? character).join("");
  }

  /** What the shortest start of `text` that is in the table becomes: in the reference, that stands for all of it. */
  #lookUp(text: string): string | undefined {
    const { written } = this.#encoder.encodeInto(text, this.#bytes);
    let node = offsetOf(this.#units[0] ?? 0);
    for (const byte of this.#bytes.subarray(0, written)) {
      node ^= byte;
      const unit = this.#units[node];
      // The root's own unit has the label 0.
      if (unit === undefined || byte === 0 || labelOf(unit) !== byte) return undefined;
      node ^= offsetOf(unit);
      if (isEnd(unit)) return this.#replacementAt(valueOf(this.#units[node] ?? 0));
    }
    return undefined;
  }

  #replacementAt(start: number): string {
    const end = this.#replacements.indexOf(0, start);
    return this.#decoder.decode(this.#replacements.subarray(start, end < 0 ? undefined : end));
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

/** The byte that leads to a unit; with the highest bit for a value, which no byte leads to. */
function labelOf(unit: number): number {
  return (unit & 0x800000ff) >>> 0;
}

/** Whether what led to a unit is in the table. */
function isEnd(unit: number): boolean {
  return (unit & 0x100) !== 0;
}

function valueOf(unit: number): number {
  return unit & 0x7fffffff;
}
