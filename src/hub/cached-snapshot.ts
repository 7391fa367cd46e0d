import type { RepositoryCache } from "../downloads/index.js";
import type { WeightsWish } from "./choose-weights.js";
import { refuseBeforeWeights } from "./load-model-settings.js";
import { neededFiles } from "./needed-files.js";
import { readIndexContents } from "./read-index-contents.js";

/** What the cache has of a commit. */
export interface CachedSnapshot {
  commit: string;
  folder: string;
  /** Files without which it cannot be loaded. */
  missing: readonly string[];
  /** Whether it is known to have all that the commit has of what a model needs. */
  isComplete: boolean;
}

/** What is looked for in it. */
export interface WantedSnapshot {
  cache: RepositoryCache;
  weights: WeightsWish;
}

/** Looks for a revision in the cache; a branch or tag is what it was at the last look-up. */
export async function findCached(wanted: WantedSnapshot, revision: string): Promise<CachedSnapshot | undefined> {
  const commit = await wanted.cache.readRef(revision);
  return commit === undefined ? undefined : inspectSnapshot(wanted, commit);
}

export async function inspectSnapshot({ cache, weights }: WantedSnapshot, commit: string): Promise<CachedSnapshot> {
  const folder = cache.snapshotFolder(commit);
  const paths = await cache.listSnapshot(commit);
  // A model that is to be refused is so when it is fetched or loaded.
  const canBuild = await refuseBeforeWeights(folder, paths).catch(() => true);
  const { absent, missing } = neededFiles(paths, { ...(await readIndexContents(folder)), canBuild }, weights);
  const known = new Set(await cache.listAbsent(commit));
  return { commit, folder, missing, isComplete: missing.length === 0 && absent.every((path) => known.has(path)) };
}
