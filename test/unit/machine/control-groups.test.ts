import { describe, expect, test } from "vitest";

import { cpuControlGroups, parseCpuLimit } from "../../../src/machine/control-groups.js";

const mounts = {
  root: "25 1 0:28 / / rw - ext4 /dev/vda1 rw",
  unified: "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate",
  hybrid: "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
  cpu: "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
  memory: "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
  cpuset: "36 31 0:33 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset",
  dockerCpu: "32 31 0:29 /docker/c0ffee /sys/fs/cgroup/cpu ro master:9 - cgroup cgroup rw,cpu",
};

function foldersOf(memberships: readonly string[], mountLines: readonly string[]): string[] {
  const groups = cpuControlGroups(memberships.join("\n"), mountLines.join("\n"));
  return groups.map(({ folder, version }) => `${folder} v${version}`);
}

describe("the control groups of a process", () => {
  test.each<[string, string[], string[], string[]]>([
    ["version 2, in a namespace of its own", ["0::/"], [mounts.root, mounts.unified], ["/sys/fs/cgroup v2"]],
    [
      "version 2, nested",
      ["0::/system.slice/app.service"],
      [mounts.unified],
      ["/sys/fs/cgroup/system.slice/app.service v2", "/sys/fs/cgroup/system.slice v2", "/sys/fs/cgroup v2"],
    ],
    [
      "version 1, nested",
      ["4:memory:/other", "3:cpuset:/third", "2:cpu,cpuacct:/a/b"],
      [mounts.memory, mounts.cpuset, mounts.cpu],
      ["/sys/fs/cgroup/cpu,cpuacct/a/b v1", "/sys/fs/cgroup/cpu,cpuacct/a v1", "/sys/fs/cgroup/cpu,cpuacct v1"],
    ],
    [
      "version 1, in a container that sees its own group only",
      ["1:cpu:/docker/c0ffee"],
      [mounts.dockerCpu],
      ["/sys/fs/cgroup/cpu v1"],
    ],
    [
      "version 1, below a container's group",
      ["1:cpu:/docker/c0ffee/job"],
      [mounts.dockerCpu],
      ["/sys/fs/cgroup/cpu/job v1", "/sys/fs/cgroup/cpu v1"],
    ],
    ["a process outside what is mounted", ["1:cpu:/docker/c0ffeebabe"], [mounts.dockerCpu], ["/sys/fs/cgroup/cpu v1"]],
    ["a process outside its namespace", ["0::/../sibling"], [mounts.unified], ["/sys/fs/cgroup v2"]],
    [
      "both versions side by side",
      ["1:cpu:/a", "0::/b"],
      [mounts.cpu, mounts.hybrid],
      [
        "/sys/fs/cgroup/cpu,cpuacct/a v1",
        "/sys/fs/cgroup/cpu,cpuacct v1",
        "/sys/fs/cgroup/unified/b v2",
        "/sys/fs/cgroup/unified v2",
      ],
    ],
    [
      "a name with colons and spaces",
      ["0::/a:b c"],
      [mounts.unified],
      ["/sys/fs/cgroup/a:b c v2", "/sys/fs/cgroup v2"],
    ],
    ["an escaped mount point", ["0::/"], ["31 23 0:28 / /my\\040groups rw - cgroup2 none rw"], ["/my groups v2"]],
    ["no cpu controller", ["4:memory:/other"], [mounts.memory], []],
    ["a membership without its mount", ["0::/", "1:cpu:/"], [mounts.memory], []],
    ["no files", [""], [""], []],
    [
      "malformed files",
      ["0:", "cpu", "1:cpu", "::", "0::relative"],
      [" - ", "31 23 - cgroup2", mounts.unified, "- - -"],
      [],
    ],
  ])("of %s", (_, memberships, mountLines, folders) => {
    expect(foldersOf(memberships, mountLines)).toEqual(folders);
  });
});

describe("a CPU limit", () => {
  test.each([
    ["100000 100000", 1],
    ["150000 100000\n", 1.5],
    ["1000 100000", 0.01],
    ["400000 50000", 8],
  ])("of %j is %d cores", (text, cores) => {
    expect(parseCpuLimit(text)).toBe(cores);
  });

  test.each([
    "max 100000",
    "max",
    "-1 100000",
    "",
    " ",
    "100000",
    "0 100000",
    "100000 0",
    "1 2 3",
    "1e5 100000",
    "a b",
  ])("is not set by %j", (text) => {
    expect(parseCpuLimit(text)).toBe(Infinity);
  });
});
