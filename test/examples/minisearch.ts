/**
 * MiniSearch in the same process, then `rank()`: `npx tsx test/examples/minisearch.ts`
 *
 * MiniSearch keeps an inverted index in memory and ranks by BM25+.
 */
import { pathToFileURL } from "node:url";
import MiniSearch from "minisearch";
import { corpus, describe, evaluate, type Search } from "./evaluate.js";

/** Indexes the corpus; a query matches every document that has one of its words. */
export function buildSearch(): Search {
  const index = new MiniSearch<{ id: number; text: string }>({ fields: ["text"] });
  index.addAll(corpus.documents.map((text, id) => ({ id, text })));
  return async (query, limit) =>
    index
      .search(query)
      .slice(0, limit)
      .map(({ id }) => id as number);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.stdout.write(describe(await evaluate(buildSearch())));
}
