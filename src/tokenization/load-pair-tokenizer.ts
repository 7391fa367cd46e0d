import { readdir } from "node:fs/promises";
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
  if (json === undefined) throw await missingTokenizer(folder);
  const config = (await readJsonFile(paths.tokenizerConfig, z.unknown())) ?? {};
  return { tokenizer: PairTokenizer.fromJson(json, config, paths), json, path: paths.tokenizerJson };
}

/** What a tokenizer may be in instead, which takes Python to read. */
const otherTokenizerFiles = ["vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model"];

async function missingTokenizer(folder: string): Promise<ModelNotFoundError> {
  const names = await readdir(folder).catch((): string[] => []);
  const found = otherTokenizerFiles.filter((name) => names.includes(name));
  const remedy =
    found.length === 0 ? "Copy it from where the model came from." : `Make it of ${found.join(" and ")} in Python:`;
  const command = `AutoTokenizer.from_pretrained(${JSON.stringify(folder)}).save_pretrained(${JSON.stringify(folder)})`;
  return new ModelNotFoundError(
    `${folder} must hold tokenizer.json, but there is none. ${remedy}` +
      (found.length === 0 ? "" : ` from transformers import AutoTokenizer; ${command}`),
    { model: folder, missing: ["tokenizer.json"], found },
  );
}
