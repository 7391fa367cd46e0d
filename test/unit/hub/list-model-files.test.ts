import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { listModelFiles } from "../../../src/hub/list-model-files.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";

const folder = useTemporaryFolder();

async function write(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(join(folder(), path, ".."), { recursive: true });
    await writeFile(join(folder(), path), "");
  }
}

test("lists the root, onnx/ and the folder of what is asked for", async () => {
  await write("config.json", "onnx/model.onnx", "exports/a.onnx", "other/b.onnx", "onnx/deep/c.onnx");
  const files = (paths: string[]) => paths.filter((path) => path.includes(".")).sort();
  expect(files(await listModelFiles(folder()))).toEqual(["config.json", "onnx/model.onnx"]);
  const asked = await listModelFiles(folder(), "exports/a.onnx");
  expect(files(asked)).toEqual(["config.json", "exports/a.onnx", "onnx/model.onnx"]);
});

test("lists links as the files that they lead to", async () => {
  await write("blobs/abc");
  await mkdir(join(folder(), "onnx"));
  await symlink("../blobs/abc", join(folder(), "onnx/model.onnx"));
  expect(await listModelFiles(folder())).toContain("onnx/model.onnx");
});

test("lists folders by a file's name, for an error of whoever reads it", async () => {
  await write("model.safetensors/x");
  expect(await listModelFiles(folder())).toEqual(["model.safetensors"]);
});

test.each(["../x.onnx", "/x.onnx", "onnx/../../x.onnx"])("does not leave the folder for %s", async (file) => {
  await write("config.json");
  expect(await listModelFiles(folder(), file)).toEqual(["config.json"]);
});
