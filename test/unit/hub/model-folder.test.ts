import { symlink, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

import { resolveModelFolder } from "../../../src/hub/model-folder.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();

test("gives the absolute path of a folder", async () => {
  expect(await resolveModelFolder(temporaryFolder())).toBe(temporaryFolder());
  expect(await resolveModelFolder(relative(process.cwd(), temporaryFolder()))).toBe(temporaryFolder());
});

test("takes a link to a folder", async () => {
  const link = join(temporaryFolder(), "link");
  await symlink(temporaryFolder(), link);
  expect(await resolveModelFolder(link)).toBe(link);
});

test("is the embedded model's folder by default", async () => {
  const folder = await resolveModelFolder();
  expect(isAbsolute(folder)).toBe(true);
  expect(folder).toMatch(/[/\\]models[/\\]nano[/\\]$/);
});

test("refuses a file", async () => {
  const path = join(temporaryFolder(), "model.safetensors");
  await writeFile(path, "");
  const error = await thrownBy(() => resolveModelFolder(path));
  expect(error.code).toBe("MODEL_NOT_FOUND");
  expect(error.message).toContain(`at ${path} there is a file`);
});

test.each([
  "./no-such-model",
  "../no-such-model",
  "/no/such/model",
  "no/such/model",
  "no-such\\model",
  "no-such-model/",
  "no such model",
])("takes %j for a path, and says that there is nothing", async (model) => {
  const error = await thrownBy(() => resolveModelFolder(model));
  expect(error.code).toBe("MODEL_NOT_FOUND");
  expect(error.message).toContain(`at ${resolve(model)} there is nothing`);
  expect(error.message).toContain("Name a folder, or a model on the Hub");
  expect(error.details["model"]).toBe(model);
});

test.each([
  ["no-such-owner/no-such-model", "no-such-owner/no-such-model"],
  ["no-such-model", "cross-encoder/no-such-model"],
])("takes %j for a model on the Hub", async (model, id) => {
  const cacheDir = temporaryFolder();
  const error = await thrownBy(() => resolveModelFolder(model, { cacheDir, localFilesOnly: true }));
  expect(error.code).toBe("MODEL_NOT_CACHED");
  expect(error.details).toMatchObject({ model: id, cacheDir });
});

test("prefers a folder to a model on the Hub of the same name", async () => {
  const folder = relative(process.cwd(), "test/fixtures");
  expect(await resolveModelFolder(folder)).toBe(join(process.cwd(), "test", "fixtures"));
});
