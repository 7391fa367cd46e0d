import {
  defaultTiming,
  downloadFile,
  findToken,
  listRepository,
  lookUpCommit,
  RepositoryCache,
  resolveHubSettings,
  type Connection,
  type GivenHubOptions,
} from "../downloads/index.js";
import { ModelNotCachedError, ModelNotFoundError } from "../errors/index.js";
import { tryToWrite } from "./fetch-snapshot.js";
import { defaultRevision, orCachedCommit, requireRevision } from "./revision.js";
import { trackProgress } from "./track-progress.js";

/** Files of a dataset that are wanted together. */
export interface WantedFiles {
  /** Id of the dataset's repository: `owner/name`. */
  dataset: string;
  /** Which of the repository's paths. */
  choose: (paths: readonly string[]) => readonly string[];
  /** What they are, for errors. */
  what: string;
}

/**
 * Finds files of a dataset of the Hub in the cache, and downloads those that the cache lacks.
 *
 * As with models, a revision is looked up at every call, and if the Hub does not answer, the commit that it was at the
 * last look-up is used, with a warning, if the cache has files of it that are wanted.
 *
 * @returns The snapshot's folder, with the files at their paths.
 * @throws {ModelNotFoundError} If the Hub has no such dataset or revision, or it has none of the files.
 * @throws {ModelNotCachedError} If nothing may be downloaded, and the cache has none of the files.
 * @throws Also what `downloadModel` throws of the Hub and the cache.
 */
export async function downloadDataset(
  wanted: WantedFiles,
  options: GivenHubOptions = {},
  timing = defaultTiming,
): Promise<string> {
  const { revision = defaultRevision, signal } = options;
  requireRevision(revision);
  const { endpoint, cacheDir, isOffline } = resolveHubSettings(options);
  const cache = new RepositoryCache(cacheDir, wanted.dataset, "dataset");
  const cached = await findCachedCommit(cache, revision, wanted);
  if (isOffline) {
    if (cached !== undefined) return cache.snapshotFolder(cached);
    throw notCached(wanted, revision, cacheDir);
  }
  const token = await findToken(options.token);
  const connection = {
    endpoint,
    token,
    repository: wanted.dataset,
    kind: "dataset",
    revision,
    timing,
    signal,
  } as const;
  const { commit } = await orCachedCommit(connection, cached, async (retries) => ({
    commit: await fetchFiles(connection, cache, { wanted, retries, options }),
  }));
  return cache.snapshotFolder(commit);
}

async function findCachedCommit(
  cache: RepositoryCache,
  revision: string,
  { choose }: WantedFiles,
): Promise<string | undefined> {
  const commit = await cache.readRef(revision);
  if (commit === undefined || choose(await cache.listSnapshot(commit)).length === 0) return undefined;
  return commit;
}

/** @returns The commit that they are of. */
async function fetchFiles(
  connection: Connection,
  cache: RepositoryCache,
  { wanted, retries, options }: { wanted: WantedFiles; retries: number; options: GivenHubOptions },
): Promise<string> {
  const commit = await lookUpCommit(connection, retries);
  const files = await listRepository(connection, commit, retries);
  const paths = new Set(wanted.choose(files.map(({ path }) => path)));
  if (paths.size === 0) throw absent(wanted, connection);
  const inSnapshot = new Set(await cache.listSnapshot(commit));
  const lacking = files.filter(({ path }) => paths.has(path) && !inSnapshot.has(path));
  const track = trackProgress(lacking, options.onProgress);
  for (const file of lacking) await downloadFile(connection, { cache, commit, file, onLoaded: track(file) });
  await tryToWrite(() => cache.writeRef(connection.revision, commit));
  return commit;
}

function absent({ dataset, what }: WantedFiles, { endpoint, revision }: Connection): ModelNotFoundError {
  return new ModelNotFoundError(
    `${dataset} on ${endpoint} must hold ${what} at revision ${revision}, and does not. Check the dataset's name.`,
    { model: dataset, revision },
  );
}

function notCached({ dataset, what }: WantedFiles, revision: string, cacheDir: string): ModelNotCachedError {
  return new ModelNotCachedError(
    `${what} of ${dataset} at revision ${revision} must be in the cache ${cacheDir}, since nothing may be downloaded ` +
      `(localFilesOnly, HF_HUB_OFFLINE), and is not. Load it once with a connection, or name the cache that has it.`,
    { model: dataset, revision, cacheDir },
  );
}
