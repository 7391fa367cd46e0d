import { ModelNotCachedError } from "../errors/index.js";
import {
  defaultTiming,
  findToken,
  isCommitHash,
  listRepository,
  lookUpCommit,
  RepositoryCache,
  resolveHubSettings,
  type Connection,
  type GivenHubOptions,
  type RepositoryFile,
} from "../downloads/index.js";
import { weightsWish, type GivenWeights, type WeightsWish } from "./choose-weights.js";
import { findCached, inspectSnapshot, type CachedSnapshot } from "./cached-snapshot.js";
import { fetchSnapshot, tryToWrite } from "./fetch-snapshot.js";
import { configName, defaultOnnxPath } from "./file-names.js";
import { refuseBeforeWeights } from "./load-model-settings.js";
import { defaultRevision, orCachedCommit, requireRevision } from "./revision.js";

/** Where a model is found, and which of its weights are wanted. */
export interface DownloadOptions extends GivenHubOptions, GivenWeights {}

/** A model that is to be found. */
interface Wanted {
  /** Id of its repository. */
  model: string;
  revision: string;
  cache: RepositoryCache;
  weights: WeightsWish;
}

/**
 * Finds a model of the Hub in the cache, and downloads what the cache lacks.
 *
 * - A commit hash whose files are in the cache is loaded without a connection.
 * - A branch or tag is looked up, one request. If the Hub cannot be reached, fails, or takes no more requests, the
 *   commit that it was at the last look-up is loaded, with a warning, if its files are there.
 * - Offline nothing is asked, and what the cache lacks counts as absent, as in sentence-transformers.
 *
 * @param model - Id of a repository: `owner/name`.
 * @returns The snapshot's folder: a model's folder like any other.
 * @throws {InvalidOptionsError} If the revision cannot be one, a variable of the environment is wrong, or an ONNX file is
 * to be run and none fits.
 * @throws {UnsupportedModelError} If its small files say that crossrank does not run it.
 * @throws {ModelNotFoundError} If the Hub has no such model or revision, or it lacks a file that a model must have.
 * @throws {ModelGatedError | AccessDeniedError | InvalidTokenError} If the Hub does not give the model to this account.
 * @throws {RateLimitedError | HubUnreachableError | DownloadError} If the Hub does not answer, or fails.
 * @throws {ChecksumMismatchError} If a download is not what the Hub listed.
 * @throws {ModelNotCachedError} If nothing may be downloaded, and the cache lacks the model.
 * @throws {CacheUnavailableError} If the cache cannot be written to, and has to be.
 */
export async function downloadModel(
  model: string,
  options: DownloadOptions = {},
  timing = defaultTiming,
): Promise<string> {
  const { revision = defaultRevision, signal } = options;
  requireRevision(revision);
  const { endpoint, cacheDir, isOffline } = resolveHubSettings(options);
  const wanted = { model, revision, cache: new RepositoryCache(cacheDir, model), weights: weightsWish(options) };
  const cached = await findCached(wanted, revision);
  if (cached?.isComplete && isCommitHash(revision)) return cached.folder;
  if (isOffline) return requireCached(wanted, cached);

  const token = await findToken(options.token);
  const connection = { endpoint, token, repository: model, kind: "model", revision, timing, signal } as const;
  const found = await findOnHub(connection, wanted, cached);
  if (found.files !== undefined)
    await fetchSnapshot(connection, wanted, { ...found, files: found.files, onProgress: options.onProgress });
  await tryToWrite(() => wanted.cache.writeRef(revision, found.commit));
  return wanted.cache.snapshotFolder(found.commit);
}

async function requireCached(wanted: Wanted, cached: CachedSnapshot | undefined): Promise<string> {
  if (cached?.missing.length === 0) return cached.folder;
  // What crossrank does not run is not to be completed. The repository may have ONNX files that the cache has not.
  if (cached !== undefined && !cached.missing.includes(configName))
    await refuseBeforeWeights(cached.folder, [defaultOnnxPath]);
  const { model, revision, cache } = wanted;
  const lacks = cached === undefined ? "has not" : `has not whole: ${cached.missing.join(", ")} missing`;
  throw new ModelNotCachedError(
    `${model} at revision ${revision} must be in the cache ${cache.cacheDir}, since nothing may be downloaded ` +
      `(localFilesOnly, HF_HUB_OFFLINE); it ${lacks}. Load it once with a connection, or name the cache that has it.`,
    { model, revision, cacheDir: cache.cacheDir, missing: cached?.missing ?? [] },
  );
}

/** Which commit is to be loaded; its files, unless the cache is known to have all that are needed. */
interface Found {
  commit: string;
  files?: readonly RepositoryFile[];
}

/** Asks the Hub; if there is no answer but a cached commit, that is it. */
async function findOnHub(connection: Connection, wanted: Wanted, cached: CachedSnapshot | undefined): Promise<Found> {
  const usableCommit = cached?.missing.length === 0 ? cached.commit : undefined;
  return orCachedCommit(connection, usableCommit, async (retries): Promise<Found> => {
    const commit = await lookUpCommit(connection, retries);
    const known = commit === cached?.commit ? cached : await inspectSnapshot(wanted, commit);
    return known.isComplete ? { commit } : { commit, files: await listRepository(connection, commit, retries) };
  });
}
