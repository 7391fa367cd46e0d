import { join } from "node:path";
import { z } from "zod";
import { ModelNotFoundError } from "../errors/index.js";
import { readJsonFile } from "../json/index.js";
import { PairTokenizer } from "./pair-tokenizer.js";

/** A tokenizer, and the file that decides on its ids. */
export interface LoadedTokenizer {
  tokenizer: PairTokenizer;
  /** `tokenizer.json` as parsed. */
  json: unknown;
  /** Where that lies. */
  path: string;
}

/**
 * Reads the tokenizer of a model's folder. `tokenizer_config.json` may be missing.
 *
 * @throws {ModelNotFoundError} If there is no `tokenizer.json`.
 * @throws {InvalidModelFileError | UnsupportedModelError} As {@link PairTokenizer.fromJson}.
 */
export async function loadPairTokenizer(folder: string): Promise<LoadedTokenizer> {
  const paths = {
    tokenizerJson: join(folder, "tokenizer.json"),
    tokenizerConfig: join(folder, "tokenizer_config.json"),
  };
  const json = await readJsonFile(paths.tokenizerJson, z.unknown());
  if (json === undefined) {
    throw new ModelNotFoundError(
      `${folder} must hold tokenizer.json, but there is none. A tokenizer in other files (vocab.txt, *.model) is saved ` +
        `as tokenizer.json by transformers' AutoTokenizer.`,
      { model: folder, missing: ["tokenizer.json"] },
    );
  }
  const config = (await readJsonFile(paths.tokenizerConfig, z.unknown())) ?? {};
  return { tokenizer: PairTokenizer.fromJson(json, config, paths), json, path: paths.tokenizerJson };
}
