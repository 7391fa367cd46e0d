import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { hasGpuDevice } from "../../../src/machine/gpu-device.js";
import { readProcessor } from "../../../src/machine/processor.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";

const root = useTemporaryFolder();

async function write(path: string, content = ""): Promise<void> {
  await mkdir(join(root(), path, ".."), { recursive: true });
  await writeFile(join(root(), path), content);
}

describe("the processor", () => {
  test.each<[string, string[]]>([
    ["fpu sse2 avx2 avx512f avx512_vnni", ["avx2", "avx512", "avx512_vnni"]],
    ["fpu sse2 avx2 avx_vnni", ["avx2"]],
    ["fpu sse2", []],
  ])("with the flags %s has %j", async (flags, features) => {
    await write("proc/cpuinfo", `processor\t: 0\nflags\t\t: ${flags}\nbugs\t\t: spectre\n`);
    const processor = readProcessor({ root: root(), architecture: "x64" });
    expect({ ...processor, features: [...processor.features] }).toEqual({ architecture: "x64", features });
  });

  test("has no features where the system does not tell", () => {
    expect(readProcessor({ root: root(), architecture: "arm64" })).toEqual({
      architecture: "arm64",
      features: new Set(),
    });
  });

  test("is this one's by default", () => {
    expect(readProcessor().architecture).toBe(process.arch);
  });
});

describe("a GPU", () => {
  test.each(["dev/dri/renderD128", "dev/nvidia0", "dev/dxg"])("is told by %s", async (file) => {
    expect(hasGpuDevice({ root: root(), platform: "linux" })).toBe(false);
    await write("dev/dri/card0");
    expect(hasGpuDevice({ root: root(), platform: "linux" })).toBe(false);
    await write(file);
    expect(hasGpuDevice({ root: root(), platform: "linux" })).toBe(true);
  });

  test("is taken for granted on other systems", () => {
    expect(hasGpuDevice({ root: root(), platform: "darwin" })).toBe(true);
  });
});
