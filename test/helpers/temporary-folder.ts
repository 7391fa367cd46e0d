import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Gives each test of a file a folder of its own, removed afterwards. Call the result inside a test for its path. */
export function useTemporaryFolder(): () => string {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "crossrank-test-"));
  });
  afterEach(() => rm(folder, { recursive: true }));
  return () => folder;
}
