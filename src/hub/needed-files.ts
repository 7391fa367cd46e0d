/** What of a repository a model needs, decided by the paths that it has. */
export interface FileChoice {
  /** To download, small files first. */
  files: readonly string[];
  /** Looked for, and not there; the model may do without. */
  absent: readonly string[];
  /** Without these it is no model that crossrank could load. */
  missing: readonly string[];
}

/** What the files of {@link indexFiles} name. */
export interface IndexContents {
  /** Paths of the modules' folders; `""` is the root. */
  modulePaths: readonly string[];
  /** Names of the weights' shards. */
  shards: readonly string[];
}

export const modulesName = "modules.json";
export const singleName = "model.safetensors";
export const shardIndexName = "model.safetensors.index.json";

/** Written by sentence-transformers beside {@link modulesName}, and looked at only with it. */
const besideModules = ["config_sentence_transformers.json", "sentence_bert_config.json"];

/** The files that say which others are needed, as far as they are there: to be read first. */
export function indexFiles(paths: readonly string[]): string[] {
  const names = paths.includes(singleName) ? [modulesName] : [modulesName, shardIndexName];
  return names.filter((name) => paths.includes(name));
}

/**
 * Decides which files a model needs.
 *
 * @param paths - All paths of the repository, or those that are known of it.
 * @param contents - What its index files name.
 */
export function neededFiles(paths: readonly string[], { modulePaths, shards }: IndexContents): FileChoice {
  const has = new Set(paths);
  const folders = modulePaths.filter((path) => path !== "");
  const optional = [
    "tokenizer_config.json",
    modulesName,
    ...(has.has(modulesName) ? besideModules : []),
    ...folders.flatMap((folder) => [`${folder}/config.json`, `${folder}/${singleName}`]),
  ];
  const required = ["config.json", "tokenizer.json"];
  const weights = chooseWeights(has, shards);
  const wanted = [...new Set([...required, ...optional, ...weights])];
  const isThere = (path: string) => has.has(path);
  return {
    files: wanted.filter(isThere),
    absent: optional.filter((path) => !isThere(path)),
    missing: [...required, ...weights].filter((path) => !isThere(path)),
  };
}

/** The weights as the loader looks for them: one file, or else the shards that the index names. */
function chooseWeights(has: ReadonlySet<string>, shards: readonly string[]): readonly string[] {
  if (has.has(singleName) || !has.has(shardIndexName)) return [singleName];
  return [shardIndexName, ...shards];
}
