import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Whether the system has a GPU, as far as it tells: on Linux, by the files of its driver. Elsewhere always true.
 *
 * @param options - Another place to look in, or another system, for tests.
 */
export function hasGpuDevice({
  root = "/",
  platform = process.platform,
}: { root?: string; platform?: string } = {}): boolean {
  if (platform !== "linux") return true;
  const files = ["dev/nvidia0", "dev/dxg"];
  return files.some((file) => existsSync(join(root, file))) || renderNodes(root).length > 0;
}

function renderNodes(root: string): string[] {
  try {
    return readdirSync(join(root, "dev/dri")).filter((name) => name.startsWith("renderD"));
  } catch {
    return [];
  }
}
