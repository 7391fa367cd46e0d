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
  expect((await listModelFiles(folder())).sort()).toEqual(["config.json", "onnx/model.onnx"]);
  const asked = await listModelFiles(folder(), "exports/a.onnx");
  expect(asked.sort()).toEqual(["config.json", "exports/a.onnx", "onnx/model.onnx"]);
});

test("lists links as the files that they lead to", async () => {
  await write("blobs/abc");
  await mkdir(join(folder(), "onnx"));
  await symlink("../blobs/abc", join(folder(), "onnx/model.onnx"));
  expect(await listModelFiles(folder())).toEqual(["onnx/model.onnx"]);
});

test.each(["../x.onnx", "/x.onnx", "onnx/../../x.onnx"])("does not leave the folder for %s", async (file) => {
  await write("config.json");
  expect(await listModelFiles(folder(), file)).toEqual(["config.json"]);
});
