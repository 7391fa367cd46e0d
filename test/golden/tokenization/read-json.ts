import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PairTokenizer } from "../../../src/tokenization/index.js";

const repository = join(import.meta.dirname, "../../..");

/** A parsed JSON file, by its path from the repository. Its type is the caller's claim: goldens are ours. */
export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(repository, path), "utf8"));
}

/** The tokenizer of a model's folder. */
export function loadTokenizer(folder: string): PairTokenizer {
  return PairTokenizer.fromJson(readJson(`${folder}/tokenizer.json`), readJson(`${folder}/tokenizer_config.json`));
}
