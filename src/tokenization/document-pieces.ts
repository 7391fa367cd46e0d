import { placesToCut } from "./cut-text.js";
import { sentenceEnds } from "./sentence-ends.js";

/** A stretch of a document: `document.slice(start, end)` is its text. */
export interface Passage {
  /** Where it starts, in UTF-16 code units. */
  start: number;
  /** Where it ends: the place of the first character that is not in it. */
  end: number;
}

/** A sentence, or a part of one that is longer than the budget. */
export interface Piece extends Passage {
  /** About as many as it adds to a passage: the tokens of a whole are not always those of its parts. */
  tokens: number;
}

/** How a document is tokenized, and how much of it a passage can hold. */
export interface PieceOptions {
  /** Most tokens of a passage, ≥ 1. */
  budget: number;
  countTokens(text: string): number;
}

/** More than tokens have on average: a longer sentence exceeds the budget. */
const charactersPerToken = 8;

/** Parts of a long sentence, so many to a passage that it is nearly full. */
const partsPerPassage = 8;

/**
 * Finds what passages are made of: a document's sentences, those that are longer than the budget in parts.
 *
 * @returns Pieces in a row that are the whole document. A piece exceeds the budget only if it is a single character.
 */
export function* piecesOf(document: string, options: PieceOptions): Generator<Piece> {
  let start = 0;
  for (const end of sentenceEnds(document, options.budget * charactersPerToken)) {
    yield* withinBudget(document, { start, end }, options);
    start = end;
  }
}

/** Cuts a piece in two. @returns Its parts, or only itself if it is a single character. */
export function halve(document: string, piece: Piece, options: PieceOptions): Piece[] {
  return partsOf(document, piece, 2).map((part) => measure(document, part, options));
}

function* withinBudget(document: string, stretch: Passage, options: PieceOptions): Generator<Piece> {
  const piece = measure(document, stretch, options);
  const partTokens = Math.max(1, Math.floor(options.budget / partsPerPassage));
  const parts = piece.tokens > options.budget ? partsOf(document, piece, Math.ceil(piece.tokens / partTokens)) : [];
  if (parts.length < 2) yield piece;
  else for (const part of parts) yield* withinBudget(document, part, options);
}

function partsOf(document: string, { start, end }: Passage, count: number): Passage[] {
  const places = placesToCut(document.slice(start, end), count).map((place) => start + place);
  return [start, ...places].map((from, index) => ({ start: from, end: places[index] ?? end }));
}

/** A space at the end is not counted: in most vocabularies it becomes a part of the next word. */
function measure(document: string, { start, end }: Passage, options: PieceOptions): Piece {
  const text = document.slice(start, document[end - 1] === " " ? end - 1 : end);
  return { start, end, tokens: options.countTokens(text) };
}
