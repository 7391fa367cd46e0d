import { needsOnnxFile, type WeightsWish } from "./choose-weights.js";
import { configName, defaultOnnxPath, modulesName, shardIndexName, singleName } from "./file-names.js";
import { findOnnxFile, onnxPlaces } from "./onnx-files.js";
import { transformerFiles } from "./saved-modules.js";

/** What of a repository a model needs, decided by the paths that it has. */
export interface FileChoice {
  /** To download, small files first. */
  files: readonly string[];
  /** Looked for, and not there; the model may do without. */
  absent: readonly string[];
  /** Without these it is no model that crossrank could load. */
  missing: readonly string[];
}

/** What the files of {@link indexFiles} name and say. */
export interface IndexContents {
  /** Paths of the modules' folders; `""` is the root. */
  modulePaths: readonly string[];
  /** Names of the weights' shards. */
  shards: readonly string[];
  /** Whether crossrank builds the model's graph. */
  canBuild: boolean;
}

/**
 * What sentence-transformers writes beside {@link modulesName}: looked at only with it, and of the transformer's configs
 * only the first that is there.
 */
function besideModules(has: ReadonlySet<string>): readonly string[] {
  if (!has.has(modulesName)) return [];
  const found = transformerFiles.findIndex((name) => has.has(name));
  return ["config_sentence_transformers.json", ...transformerFiles.slice(0, found < 0 ? undefined : found + 1)];
}

/** The files that say which others are needed, as far as they are there: to be read first. */
export function indexFiles(paths: readonly string[]): string[] {
  const has = new Set(paths);
  const index = has.has(singleName) ? [] : [shardIndexName];
  return [configName, modulesName, ...besideModules(has), ...index].filter((name) => has.has(name));
}

/**
 * Decides which files a model needs.
 *
 * @param paths - All paths of the repository, or those that are known of it.
 * @param contents - What its index files name.
 */
export function neededFiles(paths: readonly string[], contents: IndexContents, wish: WeightsWish): FileChoice {
  const has = new Set(paths);
  const { folders: weightFolders, ...weights } = neededWeights(paths, contents, wish);
  const folders = contents.modulePaths.filter((path) => path !== "");
  const optional = [
    "tokenizer_config.json",
    modulesName,
    ...besideModules(has),
    ...folders.map((folder) => `${folder}/${configName}`),
    ...weightFolders.map((folder) => `${folder}/${singleName}`),
  ];
  const required = [configName, "tokenizer.json"];
  const isThere = (path: string) => has.has(path);
  return {
    files: [...new Set([...required, ...optional, ...weights.required])].filter(isThere),
    absent: [...optional, ...weights.better].filter((path) => !isThere(path)),
    missing: [...required, ...weights.required].filter((path) => !isThere(path)),
  };
}

interface NeededWeights {
  required: readonly string[];
  /** What would have been taken instead, were it there. */
  better: readonly string[];
  /** Folders of modules whose weights are needed, if they have any. */
  folders: readonly string[];
}

function neededWeights(paths: readonly string[], contents: IndexContents, wish: WeightsWish): NeededWeights {
  const { modulePaths, canBuild } = contents;
  if (!needsOnnxFile({ paths, canBuild }, wish)) {
    if (!canBuild) return { required: [defaultOnnxPath], better: [], folders: [] };
    const folders = modulePaths.filter((path) => path !== "");
    return { required: checkpointFiles(new Set(paths), contents.shards), better: [], folders };
  }
  const found = findOnnxFile(paths, wish);
  const places = onnxPlaces(wish);
  if (found === undefined) return { required: places.slice(0, 1), better: [], folders: [] };
  const rank = places.indexOf(found.path);
  const checkpoints = canBuild && wish.file === undefined ? [singleName, shardIndexName] : [];
  return {
    // Its data first: a snapshot that has the file has all of it.
    required: [...found.dataPaths, found.path],
    better: [...checkpoints, ...(rank === -1 ? places : places.slice(0, rank))],
    folders: [],
  };
}

/** The weights as the loader looks for them: one file, or else the shards that the index names. */
function checkpointFiles(has: ReadonlySet<string>, shards: readonly string[]): readonly string[] {
  if (has.has(singleName) || !has.has(shardIndexName)) return [singleName];
  return [shardIndexName, ...shards];
}
