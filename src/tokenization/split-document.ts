import { halve, piecesOf, type Passage, type Piece, type PieceOptions } from "./document-pieces.js";

/** A passage beside the query. */
export interface FittedPassage<Pair> extends Passage {
  pair: Pair;
}

/** What {@link splitDocument} needs to know of tokens. */
export interface SplitOptions<Pair> extends PieceOptions {
  /** Puts a passage beside the query. `cutTokens`: how many of the passage's tokens there was no room for. */
  tokenize(passage: string): { pair: Pair; cutTokens: number };
}

/** What two passages in a row share, as a part of the budget. */
const overlapShare = 1 / 8;

/**
 * Splits a document into overlapping passages that each fit beside the query.
 *
 * A passage takes as many whole sentences as there is room for. The next one starts with those of its last sentences
 * that together come nearest to an eighth of the budget (always less than a quarter); with none of them if they are
 * longer, or leave no room for a new one. A sentence longer than the budget is cut where words start or end, a word
 * longer than that between any two characters; a single character of more tokens than the budget stays too long.
 *
 * Sentences are tokenized once to count their tokens, passages as a whole to check that they fit: the time is linear in
 * the document's length.
 *
 * @returns Passages by start, which together cover the document. None for an empty one.
 */
export function* splitDocument<Pair>(document: string, options: SplitOptions<Pair>): Generator<FittedPassage<Pair>> {
  const filler = new PassageFiller(document, options);
  for (const piece of piecesOf(document, options)) {
    while (!filler.accepts(piece)) yield filler.take();
    filler.add(piece);
  }
  while (filler.hasNew) yield filler.take();
}

/** Gathers pieces for the next passage. */
class PassageFiller<Pair> {
  readonly #document: string;
  readonly #options: SplitOptions<Pair>;
  /** In a row: some that the passage before has too, then new ones. */
  #pieces: Piece[] = [];
  #tokens = 0;
  /** End of the passage before. */
  #coveredEnd = 0;

  constructor(document: string, options: SplitOptions<Pair>) {
    this.#document = document;
    this.#options = options;
  }

  /** Whether there are pieces that are in no passage yet. */
  get hasNew(): boolean {
    return this.#isNew(this.#pieces.at(-1));
  }

  /** Whether a piece can be added before a passage is taken. */
  accepts(piece: Piece): boolean {
    return !this.hasNew || this.#tokens + piece.tokens <= this.#options.budget;
  }

  /** Adds the next piece; instead of the overlap where there is no room for both. */
  add(piece: Piece): void {
    while (this.#tokens + piece.tokens > this.#options.budget && this.#pieces.length > 0) {
      this.#tokens -= this.#pieces.shift()?.tokens ?? 0;
    }
    this.#pieces.push(piece);
    this.#tokens += piece.tokens;
  }

  /** Takes a passage: as many of the first pieces as really fit. There must be new ones. */
  take(): FittedPassage<Pair> {
    let pieces: readonly Piece[] = this.#pieces;
    for (;;) {
      const passage = { start: pieces[0]?.start ?? 0, end: pieces.at(-1)?.end ?? 0 };
      const { pair, cutTokens } = this.#options.tokenize(this.#document.slice(passage.start, passage.end));
      const fewer = cutTokens === 0 ? undefined : this.#fewer(pieces, cutTokens);
      if (fewer === undefined) {
        this.#goOnBehind(pieces);
        return { ...passage, pair };
      }
      pieces = fewer;
    }
  }

  /** Leaves out pieces of a passage that is too long, but keeps a new one. Undefined if that is a single character. */
  #fewer(pieces: readonly Piece[], cutTokens: number): readonly Piece[] | undefined {
    const [first] = pieces;
    if (first !== undefined && pieces.length === 1) return this.#firstHalf(first);
    const { budget } = this.#options;
    const kept = firstPieces(pieces.slice(0, -1), (tokensOf(pieces) * budget) / (budget + cutTokens));
    return this.#isNew(kept.at(-1)) ? kept : pieces.filter((piece) => this.#isNew(piece));
  }

  #firstHalf(piece: Piece): readonly Piece[] | undefined {
    const halves = halve(this.#document, piece, this.#options);
    if (halves.length < 2) return undefined;
    this.#pieces = this.#pieces.flatMap((other) => (other === piece ? halves : [other]));
    return halves.slice(0, 1);
  }

  #goOnBehind(taken: readonly Piece[]): void {
    this.#coveredEnd = taken.at(-1)?.end ?? this.#coveredEnd;
    const overlap = lastPieces(taken, this.#options.budget * overlapShare);
    this.#pieces = [...overlap, ...this.#pieces.filter((piece) => this.#isNew(piece))];
    this.#tokens = tokensOf(this.#pieces);
  }

  #isNew(piece: Piece | undefined): boolean {
    return piece !== undefined && piece.end > this.#coveredEnd;
  }
}

/** As many of the first pieces as have a number of tokens at most, but at least one. */
function firstPieces(pieces: readonly Piece[], mostTokens: number): readonly Piece[] {
  let count = 1;
  let tokens = tokensAt(pieces, 0) + tokensAt(pieces, 1);
  while (count < pieces.length && tokens <= mostTokens) {
    count += 1;
    tokens += tokensAt(pieces, count);
  }
  return pieces.slice(0, count);
}

/** The last pieces that together come nearest to a number of tokens, but never all of them. */
function lastPieces(pieces: readonly Piece[], wantedTokens: number): readonly Piece[] {
  let first = pieces.length;
  let missing = wantedTokens;
  while (first > 1 && tokensAt(pieces, first - 1) < 2 * missing) {
    first -= 1;
    missing -= tokensAt(pieces, first);
  }
  return pieces.slice(first);
}

function tokensOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { tokens }) => sum + tokens, 0);
}

function tokensAt(pieces: readonly Piece[], index: number): number {
  return pieces[index]?.tokens ?? 0;
}
