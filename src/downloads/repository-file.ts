/** A file as the Hub lists it. */
export interface RepositoryFile {
  /** In the repository, with slashes. */
  path: string;
  /** In bytes. */
  size: number;
  /**
   * What names its blob in the cache, and proves its content: SHA-256 of a file in large-file storage (64 digits),
   * git's SHA-1 of a blob for others (40). The same as the `ETag` of its download.
   */
  hash: string;
}

const hashPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const commitPattern = /^[0-9a-f]{40}$/;

/** Whether a file's size and hash can be such. */
export function isSound({ size, hash }: RepositoryFile): boolean {
  return hashPattern.test(hash) && Number.isSafeInteger(size) && size >= 0;
}

/** Whether a path stays in its folder, on Windows too. */
export function isInnerPath(path: string): boolean {
  return !/[\\:\0]/.test(path) && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Whether a revision is a commit's full hash, and so always means the same files. */
export function isCommitHash(revision: string): boolean {
  return commitPattern.test(revision);
}
