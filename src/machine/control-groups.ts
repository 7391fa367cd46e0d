/**
 * Which control groups limit the CPU time of a process, from the text of the kernel's files.
 *
 * Formats: `/proc/self/cgroup` as in cgroups(7), `/proc/self/mountinfo` as in proc_pid_mountinfo(5), `cpu.max` and
 * `cpu.cfs_quota_us` as in the kernel's admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst.
 */
import { posix } from "node:path";

/** A control group that a process is in. */
export interface ControlGroup {
  /** The group's folder. */
  folder: string;
  /** Version of the interface, which says what the folder's files are called. */
  version: 1 | 2;
}

interface Mount {
  /** Path of the group that is mounted; in a container often not the topmost. */
  root: string;
  mountPoint: string;
  version: 1 | 2;
}

/**
 * Lists the groups that may limit a process's CPU time: its own and all above it, as far as they are mounted.
 *
 * @param memberships - Text of `/proc/self/cgroup`.
 * @param mounts - Text of `/proc/self/mountinfo`.
 * @returns Innermost first, mount by mount; a folder need not exist. `[]` where no control groups are mounted.
 */
export function cpuControlGroups(memberships: string, mounts: string): ControlGroup[] {
  const paths = { 1: groupPath(memberships, "cpu"), 2: groupPath(memberships, "") };
  return mounts.split("\n").flatMap((line) => {
    const mount = parseMount(line);
    if (mount === undefined) return [];
    const path = paths[mount.version];
    return path === undefined ? [] : groupsUpToMount(mount, path);
  });
}

/**
 * The cores' worth of time that a group may use.
 *
 * @param text - Quota and period in microseconds, as `cpu.max` holds them: `"150000 100000"` is 1.5 cores.
 * @returns Infinity for `"max …"`, for -1, and for anything that is no limit.
 */
export function parseCpuLimit(text: string): number {
  const [, quota = 0, period = 0] = (/^(\d+) (\d+)$/.exec(text.trim()) ?? []).map(Number);
  return quota > 0 && period > 0 ? quota / period : Infinity;
}

/** @param controller - `""` is how version 2 writes its one hierarchy. */
function groupPath(memberships: string, controller: string): string | undefined {
  for (const line of memberships.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers?.split(",").includes(controller)) return path;
  }
  return undefined;
}

function parseMount(line: string): Mount | undefined {
  const [mount = "", fileSystem = ""] = line.split(" - ");
  const [, , , root, mountPoint] = mount.split(" ").map(unescapeOctal);
  const [type, , options = ""] = fileSystem.split(" ");
  if (root === undefined || mountPoint === undefined) return undefined;
  if (type === "cgroup2") return { root, mountPoint, version: 2 };
  if (type === "cgroup" && options.split(",").includes("cpu")) return { root, mountPoint, version: 1 };
  return undefined;
}

/** The kernel writes white space and backslashes in paths as `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

/** Of a process outside what is mounted, or outside its namespace, only the mount point is known. */
function groupsUpToMount({ root, mountPoint, version }: Mount, path: string): ControlGroup[] {
  const prefix = root === "/" ? "" : root;
  const below = path.startsWith(`${prefix}/`) ? path.slice(prefix.length).split("/") : [];
  const names = below.includes("..") ? [] : below.filter((name) => name !== "");
  return Array.from({ length: names.length + 1 }, (_, level) => ({
    folder: posix.join(mountPoint, ...names.slice(0, names.length - level)),
    version,
  }));
}
