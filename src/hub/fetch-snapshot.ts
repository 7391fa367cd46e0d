import { downloadFile, type Connection, type HubOptions, type RepositoryFile } from "../downloads/index.js";
import { ModelNotFoundError } from "../errors/index.js";
import type { WantedSnapshot } from "./cached-snapshot.js";
import { chooseWeights } from "./choose-weights.js";
import { configName, defaultOnnxPath, shardIndexName, singleName } from "./file-names.js";
import { refuseBeforeWeights } from "./load-model-settings.js";
import { indexFiles, neededFiles, type FileChoice } from "./needed-files.js";
import { readIndexContents } from "./read-index-contents.js";
import { trackProgress } from "./track-progress.js";

/** The files of a commit, and whom to tell as they come. */
interface Listing {
  commit: string;
  files: readonly RepositoryFile[];
  onProgress: HubOptions["onProgress"];
}

/**
 * Downloads what a model needs of a commit into the cache, one file after the other, the weights last.
 *
 * @throws {ModelNotFoundError} If the commit lacks what a model must have; before anything large is downloaded.
 * @throws {UnsupportedModelError} If its small files say that it is no cross-encoder.
 * @throws {InvalidOptionsError} If an ONNX file is to be run and none fits.
 * @throws Also what {@link downloadFile} throws.
 */
export async function fetchSnapshot(
  connection: Connection,
  { cache, weights }: WantedSnapshot,
  { commit, files, onProgress }: Listing,
): Promise<void> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const paths = [...byPath.keys()];
  const select = (names: readonly string[]) => names.flatMap((name) => byPath.get(name) ?? []);
  const inSnapshot = new Set(await cache.listSnapshot(commit));
  const fetchAll = async (selected: readonly RepositoryFile[], report?: HubOptions["onProgress"]) => {
    const lacking = selected.filter(({ path }) => !inSnapshot.has(path));
    const track = trackProgress(lacking, report);
    for (const file of lacking) {
      await downloadFile(connection, { cache, commit, file, onLoaded: track(file) });
      inSnapshot.add(file.path);
    }
  };
  // Small, and what the total depends on: they are not reported.
  await fetchAll(select(indexFiles(paths)));
  const folder = cache.snapshotFolder(commit);
  const canBuild = !byPath.has(configName) || (await refuseBeforeWeights(folder, paths));
  const onnx = chooseWeights({ paths, canBuild }, weights);
  const choice = neededFiles(paths, { ...(await readIndexContents(folder)), canBuild }, weights);
  // What cannot be run needs no weights: the loader says why, when it has the small files.
  if (canBuild || onnx !== undefined) requireModel(connection, paths, choice);
  await fetchAll(select(choice.files), onProgress);
  await tryToWrite(() => cache.markAbsent(commit, choice.absent));
}

function requireModel(
  { repository: model, revision, endpoint }: Connection,
  paths: readonly string[],
  { missing }: FileChoice,
): void {
  if (missing.length === 0) return;
  const hasPickle = paths.some((path) => /^pytorch_model.*\.bin$/.test(path));
  const remedy =
    missing.includes(singleName) && hasPickle
      ? "Its weights are in PyTorch's own format: convert them with save_pretrained(folder, safe_serialization=True) in Python."
      : `Name a model that has them; weights are ${singleName}, shards with ${shardIndexName}, or an ONNX file (${defaultOnnxPath}).`;
  throw new ModelNotFoundError(
    `${model} on ${endpoint} must hold ${missing.join(", ")} at revision ${revision}, and does not. ${remedy}`,
    { model, revision, missing },
  );
}

/** Saves a request next time; a cache that cannot be written to is otherwise as good. */
export async function tryToWrite(write: () => Promise<void>): Promise<void> {
  await write().catch(() => undefined);
}
