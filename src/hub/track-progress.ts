import type { HubOptions, RepositoryFile } from "../downloads/index.js";

/** Sums the progress of files that come one after the other. */
export function trackProgress(
  files: readonly RepositoryFile[],
  onProgress: HubOptions["onProgress"],
): (file: RepositoryFile) => (loaded: number) => void {
  const modelTotal = files.reduce((sum, { size }) => sum + size, 0);
  const loadedOf = new Map<string, number>();
  return ({ path, size }) =>
    (loaded) => {
      loadedOf.set(path, loaded);
      const modelLoaded = [...loadedOf.values()].reduce((sum, bytes) => sum + bytes, 0);
      onProgress?.({ file: path, loaded, total: size, modelLoaded, modelTotal });
    };
}
