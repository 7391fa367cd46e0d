import { lazySegmenter } from "./lazy-segmenter.js";

const wordSegmenter = lazySegmenter("word");

/**
 * Places that cut a text into about equal parts: where a word starts or ends, or between any two characters if that is
 * nowhere inside the text.
 *
 * @param partCount - How many parts are wanted, ≥ 2; there are fewer where words are longer than that.
 * @returns Offsets inside the text, ascending; `[]` only for a text of at most one character.
 */
export function placesToCut(text: string, partCount: number): number[] {
  const wanted = Array.from({ length: partCount - 1 }, (_, index) =>
    Math.floor((text.length * (index + 1)) / partCount),
  );
  const words = wordSegmenter().segment(text);
  const betweenWords = insideOf(
    text,
    wanted.map((place) => startOrEnd(words.containing(place))),
  );
  if (betweenWords.length > 0) return betweenWords;
  return insideOf(
    text,
    wanted.map((place) => (cutsCharacter(text, place) ? place + 1 : place)),
  );
}

/** The last place that cuts a text where a word starts or ends; its end, or just before it, if there is none. */
export function lastPlaceToCut(text: string): number {
  const last = text.length - 1;
  const place = wordSegmenter().segment(text).containing(last)?.index ?? 0;
  if (place > 0) return place;
  return isHighSurrogate(text.charCodeAt(last)) ? last : text.length;
}

/** Where a word starts; for the first one, where it ends. */
function startOrEnd(word: Intl.SegmentData | undefined): number {
  if (word === undefined) return 0;
  return word.index > 0 ? word.index : word.segment.length;
}

function insideOf(text: string, places: readonly number[]): number[] {
  return [...new Set(places)].filter((place) => place > 0 && place < text.length);
}

/** Whether a place is between the two code units of a character. */
function cutsCharacter(text: string, place: number): boolean {
  return isHighSurrogate(text.charCodeAt(place - 1)) && isLowSurrogate(text.charCodeAt(place));
}

function isHighSurrogate(codeUnit: number): boolean {
  return codeUnit >= 0xd800 && codeUnit <= 0xdbff;
}

function isLowSurrogate(codeUnit: number): boolean {
  return codeUnit >= 0xdc00 && codeUnit <= 0xdfff;
}
