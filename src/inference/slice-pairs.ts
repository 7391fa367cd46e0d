import type { PairColumns } from "./protocol.js";

/** Characters that are cloned to another thread at once: well under a millisecond's work. */
const charactersPerSlice = 250_000;

/** Cuts pairs into slices of bounded size, in order; a pair that is larger gets a slice of its own. */
export function* slicePairs({ queries, documents }: PairColumns): Generator<PairColumns> {
  const isShared = typeof queries === "string";
  let start = 0;
  let characters = 0;
  for (const [index, document] of documents.entries()) {
    const size = document.length + (isShared ? 0 : (queries[index]?.length ?? 0));
    if (index > start && characters + size > charactersPerSlice) {
      yield slice(start, index);
      start = index;
      characters = 0;
    }
    characters += size;
  }
  if (start < documents.length) yield slice(start, documents.length);

  function slice(from: number, to: number): PairColumns {
    return { queries: isShared ? queries : queries.slice(from, to), documents: documents.slice(from, to) };
  }
}
