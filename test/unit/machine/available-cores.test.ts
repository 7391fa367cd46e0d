import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

import { availableCores } from "../../../src/machine/available-cores.js";
import { readCpuQuota } from "../../../src/machine/cpu-quota.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";

const root = useTemporaryFolder();

const unified = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
const separate = "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n";

/** Writes what a kernel would show, by path. */
async function writeKernelFiles(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root(), path)), { recursive: true });
    await writeFile(join(root(), path), text);
  }
}

async function writeUnifiedQuota(quota: string): Promise<void> {
  await writeKernelFiles({
    "proc/self/cgroup": "0::/\n",
    "proc/self/mountinfo": unified,
    "sys/fs/cgroup/cpu.max": `${quota}\n`,
  });
}

test("the smallest limit on the way up counts, wherever it stands", async () => {
  await writeKernelFiles({
    "proc/self/cgroup": "0::/pod/container\n",
    "proc/self/mountinfo": unified,
    "sys/fs/cgroup/pod/container/cpu.max": "max 100000\n",
    "sys/fs/cgroup/pod/cpu.max": "250000 100000\n",
  });
  expect(readCpuQuota(root())).toBe(2.5);
  await writeKernelFiles({ "sys/fs/cgroup/pod/container/cpu.max": "50000 100000\n" });
  expect(readCpuQuota(root())).toBe(0.5);
});

test("version 1 keeps quota and period in files of their own", async () => {
  await writeKernelFiles({
    "proc/self/cgroup": "2:cpu:/pod\n1:memory:/\n0::/\n",
    "proc/self/mountinfo": separate,
    "sys/fs/cgroup/cpu/pod/cpu.cfs_quota_us": "-1\n",
    "sys/fs/cgroup/cpu/pod/cpu.cfs_period_us": "100000\n",
    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "75000\n",
    "sys/fs/cgroup/cpu/cpu.cfs_period_us": "50000\n",
  });
  expect(readCpuQuota(root())).toBe(1.5);
});

test("there is no limit where there are no such files", async () => {
  expect(readCpuQuota(root())).toBe(Infinity);
  expect(readCpuQuota(join(root(), "nowhere"))).toBe(Infinity);
  await writeKernelFiles({ "proc/self/cgroup": "0::/\n", "proc/self/mountinfo": unified });
  expect(readCpuQuota(root())).toBe(Infinity);
});

test.each([
  ["max 100000", availableParallelism()],
  ["99999999999 100000", availableParallelism()],
  ["nonsense", availableParallelism()],
  ["100000 100000", 1],
  ["199999 100000", 1],
  ["1000 100000", 1],
])("a quota of %j leaves %d cores", async (quota, cores) => {
  await writeUnifiedQuota(quota);
  expect(availableCores(root())).toBe(cores);
});

test("this process has cores", () => {
  expect(availableCores()).toBeGreaterThanOrEqual(1);
  expect(availableCores()).toBeLessThanOrEqual(availableParallelism());
});
