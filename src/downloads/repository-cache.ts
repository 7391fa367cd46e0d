import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { writeWholeFile } from "../files/index.js";
import type { RepositoryKind } from "./connection.js";
import { isCommitHash } from "./repository-file.js";

/**
 * A repository's part of the Hugging Face cache, in the layout that Python's huggingface_hub reads and writes; a dataset's
 * begins with `datasets` in place of `models`:
 *
 *     models--org--name/blobs/HASH              the files, by their content
 *     models--org--name/snapshots/COMMIT/PATH   links to them
 *     models--org--name/refs/REVISION           a commit hash
 *     models--org--name/.no_exist/COMMIT/PATH   empty: the commit has no such file
 *     .locks/models--org--name/…                who writes what
 *
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export class RepositoryCache {
  readonly #folder: string;
  readonly #locks: string;

  /** @param repository - Its id. */
  constructor(
    readonly cacheDir: string,
    repository: string,
    kind: RepositoryKind = "model",
  ) {
    const name = `${kind}s--${repository.replaceAll("/", "--")}`;
    this.#folder = join(cacheDir, name);
    this.#locks = join(cacheDir, ".locks", name);
  }

  snapshotFolder(commit: string): string {
    return join(this.#folder, "snapshots", commit);
  }

  pointerPath(commit: string, path: string): string {
    return join(this.snapshotFolder(commit), ...path.split("/"));
  }

  blobPath(hash: string): string {
    return join(this.#folder, "blobs", hash);
  }

  /** Named otherwise than Python's: that one locks the file by another means, and this one is a folder. */
  lockPath(hash: string): string {
    return join(this.#locks, `${hash}.crossrank.lock`);
  }

  /** The commit that a revision was when it was last looked up; a commit hash is always itself. */
  async readRef(revision: string): Promise<string | undefined> {
    if (isCommitHash(revision)) return revision;
    const commit = await readFile(this.#refPath(revision), "utf8").catch(() => "");
    return isCommitHash(commit.trim()) ? commit.trim() : undefined;
  }

  /** Writes nothing where the reference says so already. */
  async writeRef(revision: string, commit: string): Promise<void> {
    if ((await this.readRef(revision)) === commit) return;
    const path = this.#refPath(revision);
    await mkdir(dirname(path), { recursive: true });
    await writeWholeFile(path, (file) => file.writeFile(commit));
  }

  /** Paths of the files that a snapshot has, with slashes; none for a link that leads nowhere. */
  async listSnapshot(commit: string): Promise<string[]> {
    const folder = this.snapshotFolder(commit);
    const paths = await listFolder(folder);
    const areThere = await Promise.all(paths.map((path) => isFile(join(folder, path))));
    return paths.filter((_, index) => areThere[index]);
  }

  /** Paths that a commit is known not to have. */
  async listAbsent(commit: string): Promise<string[]> {
    return listFolder(join(this.#folder, ".no_exist", commit));
  }

  async markAbsent(commit: string, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const mark = join(this.#folder, ".no_exist", commit, ...path.split("/"));
      await mkdir(dirname(mark), { recursive: true });
      await writeFile(mark, "");
    }
  }

  #refPath(revision: string): string {
    return join(this.#folder, "refs", ...revision.split("/"));
  }
}

export async function isFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() ?? false;
}

/** Folders are listed too. */
async function listFolder(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  return paths.map((path) => path.split(sep).join("/"));
}
