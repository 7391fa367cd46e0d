import { symlink, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
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

test("says what to do where there is nothing, as for the id of a Hub repository", async () => {
  const model = "no-such-organization/no-such-model";
  const error = await thrownBy(() => resolveModelFolder(model));
  expect(error.code).toBe("MODEL_NOT_FOUND");
  expect(error.message).toContain(`at ${join(process.cwd(), model)} there is nothing`);
  expect(error.message).toContain("Models are not downloaded");
  expect(error.details["model"]).toBe(model);
});
