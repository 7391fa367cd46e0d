import { InvalidInputError, InvalidOptionsError } from "../errors/index.js";
import type { RerankingSample } from "./reranking-samples.js";

/** A dataset's short name. */
export type NanoBeirName = keyof typeof nanoBeirSplits;

/** The dataset repository's name of each dataset, by its short name. */
export const nanoBeirSplits = {
  climatefever: "NanoClimateFEVER",
  dbpedia: "NanoDBPedia",
  fever: "NanoFEVER",
  fiqa2018: "NanoFiQA2018",
  hotpotqa: "NanoHotpotQA",
  msmarco: "NanoMSMARCO",
  nfcorpus: "NanoNFCorpus",
  nq: "NanoNQ",
  quoraretrieval: "NanoQuoraRetrieval",
  scidocs: "NanoSCIDOCS",
  arguana: "NanoArguAna",
  scifact: "NanoSciFact",
  touche2020: "NanoTouche2020",
} as const;

/** Argument retrieval is another task: as in the reference it is left out unless it is named. */
const notByDefault: readonly string[] = ["arguana", "touche2020"];

/** A dataset: texts by id, and ids by query's id. */
export interface NanoBeirDataset {
  corpus: ReadonlyMap<string, string>;
  queries: ReadonlyMap<string, string>;
  /** Relevant documents. */
  qrels: ReadonlyMap<string, readonly string[]>;
  /** Documents as BM25 ranks them, best first. */
  bm25: ReadonlyMap<string, readonly string[]>;
}

/** Where datasets come from: {@link nanoBeirFolder}, or a loader of your own. */
export interface NanoBeirLoader {
  /** @param split - The repository's name of the dataset, such as `"NanoMSMARCO"`. */
  load(split: string): Promise<NanoBeirDataset>;
}

/**
 * The datasets of these names, whatever their case; without names all but the two of argument retrieval.
 *
 * @throws {InvalidOptionsError} If the list is empty or a name unknown; lists those there are.
 */
export function resolveNanoBeirNames(names: readonly string[] | undefined): NanoBeirName[] {
  const known = Object.keys(nanoBeirSplits) as NanoBeirName[];
  if (names === undefined) return known.filter((name) => !notByDefault.includes(name));
  const unknown = names.filter((name) => !(name.toLowerCase() in nanoBeirSplits));
  if (names.length > 0 && unknown.length === 0) return names.map((name) => name.toLowerCase() as NanoBeirName);
  throw new InvalidOptionsError(
    `datasetNames must be at least one of ${known.join(", ")}, got ${unknown.join(", ") || "none"}.`,
    { unknown, known },
  );
}

/**
 * Samples of a dataset: for each query that BM25 ranked, its relevant documents in the order of the judgements, and the
 * best that BM25 found.
 *
 * @param rerankK - How many of these.
 * @throws {InvalidInputError} If a text is missing; names its id.
 */
export function nanoBeirSamples({ corpus, queries, qrels, bm25 }: NanoBeirDataset, rerankK: number): RerankingSample[] {
  return [...bm25].map(([queryId, ranked]) => ({
    query: textOf(queries, queryId, "queries"),
    positive: (qrels.get(queryId) ?? []).map((id) => textOf(corpus, id, "corpus")),
    documents: ranked.slice(0, rerankK).map((id) => textOf(corpus, id, "corpus")),
  }));
}

function textOf(texts: ReadonlyMap<string, string>, id: string, part: string): string {
  const text = texts.get(id);
  if (text !== undefined) return text;
  throw new InvalidInputError(`The dataset's ${part} must hold "${id}", which is ranked or judged, but does not.`, {
    part,
    id,
  });
}
