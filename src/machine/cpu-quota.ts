import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cpuControlGroups, parseCpuLimit, type ControlGroup } from "./control-groups.js";

/**
 * Reads how many cores' worth of time the process may use, as a container's CPU limit sets it.
 *
 * A limit may stand on any group above the process; the smallest counts. What cannot be read is no limit, and so there
 * is none on other systems than Linux.
 *
 * @param root - The folder that `/proc` and `/sys` are looked up in; another than `/` is for tests.
 * @returns Cores, in fractions too; Infinity for no limit.
 */
export function readCpuQuota(root = "/"): number {
  const read = (...path: string[]) => readText(join(root, ...path));
  const groups = cpuControlGroups(read("/proc/self/cgroup"), read("/proc/self/mountinfo"));
  return groups.reduce((least, group) => Math.min(least, parseCpuLimit(limitText(group, read))), Infinity);
}

function limitText({ folder, version }: ControlGroup, read: (...path: string[]) => string): string {
  if (version === 2) return read(folder, "cpu.max");
  return `${read(folder, "cpu.cfs_quota_us").trim()} ${read(folder, "cpu.cfs_period_us").trim()}`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
