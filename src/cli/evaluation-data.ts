import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { InvalidInputError, InvalidOptionsError } from "../errors/index.js";
import type { NanoBeirLoader, RerankingSample, RerankingSamples } from "../evaluation/index.js";

/** What data there is, and which part of it. */
export interface DataFlags {
  firstStage?: string;
  split?: string;
  depth?: number;
}

/** A dataset that can be read more than once. */
export interface EvaluationData {
  name: string;
  /** Reads it from the start. */
  open: () => RerankingSamples;
  /** How much it holds; all was read and found sound. */
  samples: number;
  documents: number;
}

/** As many as sentence-transformers takes of BM25's documents. */
const defaultDepth = 100;

/**
 * Finds the datasets at paths: files of samples, BEIR folders with the run of a first stage, NanoBEIR folders.
 *
 * All are read once, so that a wrong line comes up before a model works for minutes.
 *
 * @throws {InvalidOptionsError} If `--first-stage` is missing for a BEIR folder, or there is no BEIR folder for it.
 * @throws {InvalidInputError} If a path is none of these, or a file is wrong.
 */
export async function findData(paths: readonly string[], flags: DataFlags): Promise<EvaluationData[]> {
  const found: EvaluationData[] = [];
  for (const path of paths) {
    for (const { name, open } of await sourcesAt(path, flags)) found.push({ name, open, ...(await count(open())) });
  }
  const empty = found.find((data) => data.samples === 0);
  if (empty === undefined) return found;
  throw new InvalidInputError(`${empty.name} must hold at least one query with judged documents, but has none.`, {
    path: empty.name,
  });
}

type Source = Pick<EvaluationData, "name" | "open">;

/** NanoBEIR on the Hub: all datasets, or those that are named. */
const nanoBeirPattern = /^nanobeir(?::(.+))?$/i;

async function sourcesAt(path: string, flags: DataFlags): Promise<Source[]> {
  const stats = statSync(path, { throwIfNoEntry: false });
  const isFolder = stats?.isDirectory() ?? false;
  if (isFolder && existsSync(join(path, "corpus.jsonl"))) return [await beirSource(path, flags)];
  if (flags.firstStage !== undefined || flags.split !== undefined) {
    throw new InvalidOptionsError(
      `--first-stage and --split go with a BEIR folder (corpus.jsonl, queries.jsonl, qrels), but ${path} is none.`,
      { path },
    );
  }
  if (isFolder) return folderSources(path, flags);
  const onHub = stats === undefined ? nanoBeirPattern.exec(path) : null;
  if (onHub) return hubSources(onHub[1]?.split(","), flags);
  // Two models read it, and the first pass counts: a pipe would be empty by then.
  if (path === "-") throw new InvalidInputError("Samples must be in a file, since they are read more than once.");
  if (stats === undefined)
    throw new InvalidInputError(`${path} must be a file of samples or a folder, but nothing is there.`, { path });
  const { readSamples } = await import("../evaluation/index.js");
  return [{ name: basename(path), open: () => cut(readSamples(path), flags.depth) }];
}

async function beirSource(folder: string, { firstStage, split, depth = defaultDepth }: DataFlags): Promise<Source> {
  if (firstStage === undefined) {
    throw new InvalidOptionsError(
      `--first-stage must name a TREC run for ${folder}: which documents a first stage found for each query.`,
      { folder },
    );
  }
  const { readBeir } = await import("../evaluation/index.js");
  const options = { run: firstStage, depth, ...(split !== undefined && { split }) };
  return { name: basename(resolve(folder)), open: () => readBeir(folder, options) };
}

async function folderSources(folder: string, flags: DataFlags): Promise<Source[]> {
  const { nanoBeirFolder } = await import("../evaluation/index.js");
  const loader = nanoBeirFolder(folder);
  const splits = existsSync(join(folder, "bm25")) ? await loader.splits() : [];
  if (splits.length > 0) return nanoBeirSources(loader, splits, flags);
  throw new InvalidInputError(
    `${folder} must be a BEIR folder (corpus.jsonl, queries.jsonl, qrels) or a NanoBEIR folder (corpus, queries, qrels ` +
      `and bm25 with Parquet files), but is neither.`,
    { folder },
  );
}

async function hubSources(names: string[] | undefined, flags: DataFlags): Promise<Source[]> {
  const { nanoBeirHub, nanoBeirSplits, resolveNanoBeirNames } = await import("../evaluation/index.js");
  const splits = resolveNanoBeirNames(names).map((name) => nanoBeirSplits[name]);
  return nanoBeirSources(nanoBeirHub(), splits, flags);
}

async function nanoBeirSources(
  loader: NanoBeirLoader,
  splits: readonly string[],
  { depth = defaultDepth }: DataFlags,
): Promise<Source[]> {
  const { nanoBeirSamples } = await import("../evaluation/index.js");
  return splits.map((split) => ({
    name: split,
    open: async function* () {
      yield* nanoBeirSamples(await loader.load(split), depth);
    },
  }));
}

/** The best documents of the first stage only. */
async function* cut(
  samples: AsyncIterable<RerankingSample>,
  depth: number | undefined,
): AsyncGenerator<RerankingSample> {
  for await (const sample of samples) {
    yield sample.documents ? { ...sample, documents: sample.documents.slice(0, depth) } : sample;
  }
}

async function count(data: RerankingSamples): Promise<Pick<EvaluationData, "samples" | "documents">> {
  const counts = { samples: 0, documents: 0 };
  for await (const { documents, negative } of data) {
    counts.samples += 1;
    counts.documents += (documents ?? negative ?? []).length;
  }
  return counts;
}
