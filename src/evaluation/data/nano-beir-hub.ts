import { downloadDataset, type HubOptions } from "../../hub/index.js";
import type { NanoBeirDataset, NanoBeirLoader } from "../nano-beir-datasets.js";
import { nanoBeirFolder } from "./nano-beir-folder.js";

/** The English datasets; others have the same layout. */
export const defaultNanoBeirId = "sentence-transformers/NanoBEIR-en";

const parts: readonly (keyof NanoBeirDataset)[] = ["corpus", "queries", "qrels", "bm25"];

/**
 * A loader of NanoBEIR datasets from the Hugging Face Hub: of each dataset that is loaded, its files are downloaded into
 * the cache that Python shares.
 *
 * @param datasetId - Of the dataset repository.
 * @param options - As for a model: revision, token, cache, and whether anything may be downloaded.
 */
export function nanoBeirHub(datasetId = defaultNanoBeirId, options: HubOptions = {}): NanoBeirLoader {
  return {
    load: async (split) => {
      const isOfSplit = (path: string) => parts.some((part) => path.startsWith(`${part}/${split}-`));
      const choose = (paths: readonly string[]) => paths.filter((path) => isOfSplit(path) && path.endsWith(".parquet"));
      const folder = await downloadDataset({ dataset: datasetId, choose, what: `${split}'s Parquet files` }, options);
      return nanoBeirFolder(folder).load(split);
    },
  };
}
