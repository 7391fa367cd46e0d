import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError } from "../../errors/index.js";
import type { NanoBeirDataset, NanoBeirLoader } from "../nano-beir-datasets.js";
import { readParquet, type ParquetRow } from "./read-parquet.js";

/** A loader that knows which datasets it has. */
export interface NanoBeirFolder extends NanoBeirLoader {
  /** The datasets' names, as {@link NanoBeirLoader.load} takes them. */
  splits(): Promise<string[]>;
}

/**
 * A loader of NanoBEIR datasets from a folder laid out as the dataset repository on the Hub is
 * (`sentence-transformers/NanoBEIR-en`): a folder for each part, a Parquet file, or several, for each dataset.
 *
 *     corpus/NanoMSMARCO-00000-of-00001.parquet      _id, text
 *     queries/NanoMSMARCO-00000-of-00001.parquet     _id, text
 *     qrels/NanoMSMARCO-00000-of-00001.parquet       query-id, corpus-id (one, or a list)
 *     bm25/NanoMSMARCO-00000-of-00001.parquet        query-id, corpus-ids (best first)
 *
 * @param folder - Of the files; read when a dataset is loaded.
 */
export function nanoBeirFolder(folder: string): NanoBeirFolder {
  return {
    splits: async () => {
      const names = await readdir(join(folder, "bm25"));
      return [...new Set(names.flatMap((name) => /^(.+)-\d+-of-\d+\.parquet$/.exec(name)?.[1] ?? []))].sort();
    },
    load: async (split) => ({
      corpus: new Map((await readPart(folder, "corpus", split)).map(textEntry)),
      queries: new Map((await readPart(folder, "queries", split)).map(textEntry)),
      qrels: collectIds(await readPart(folder, "qrels", split), "corpus-id"),
      bm25: collectIds(await readPart(folder, "bm25", split), "corpus-ids"),
    }),
  };
}

const columnsOf = {
  corpus: ["_id", "text"],
  queries: ["_id", "text"],
  qrels: ["query-id", "corpus-id"],
  bm25: ["query-id", "corpus-ids"],
} satisfies Record<keyof NanoBeirDataset, readonly string[]>;

/** The rows of all of a part's files, in the order of their numbers. */
async function readPart(folder: string, part: keyof NanoBeirDataset, split: string): Promise<ParquetRow[]> {
  const path = join(folder, part);
  const names = await readdir(path).catch((cause: unknown) => {
    throw new InvalidInputError(`${folder} must hold NanoBEIR, but has no folder ${part}.`, { folder }, { cause });
  });
  const files = names.filter((name) => name.startsWith(`${split}-`) && name.endsWith(".parquet")).sort();
  if (files.length === 0) {
    throw new InvalidInputError(`${path} must hold ${split}-*.parquet, but does not.`, { path, split });
  }
  const rows: ParquetRow[] = [];
  for (const file of files) rows.push(...(await readParquet(join(path, file), columnsOf[part])));
  return rows;
}

function textEntry(row: ParquetRow): [id: string, text: string] {
  return [String(row["_id"]), String(row["text"])];
}

/** Ids by query, each once, in the order of the rows. */
function collectIds(rows: readonly ParquetRow[], column: string): Map<string, string[]> {
  const ids = new Map<string, Set<string>>();
  for (const row of rows) {
    const queryId = String(row["query-id"]);
    const known = ids.get(queryId) ?? new Set<string>();
    ids.set(queryId, known);
    const value = row[column];
    for (const id of Array.isArray(value) ? value : [value]) known.add(String(id));
  }
  return new Map([...ids].map(([queryId, set]) => [queryId, [...set]]));
}
