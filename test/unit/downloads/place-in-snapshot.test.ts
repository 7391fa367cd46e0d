import { lstat, mkdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, expect, test } from "vitest";

import { placeInSnapshot } from "../../../src/downloads/place-in-snapshot.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";

const temporaryFolder = useTemporaryFolder();
const blob = () => join(temporaryFolder(), "blobs", "hash");
const pointer = () => join(temporaryFolder(), "snapshots", "commit", "1_Dense", "config.json");

beforeEach(async () => {
  await mkdir(dirname(blob()));
  await writeFile(blob(), "content");
});

test("links relatively, from folders in the snapshot too", async () => {
  await placeInSnapshot(blob(), pointer());
  expect(await readlink(pointer())).toBe(join("..", "..", "..", "blobs", "hash"));
  expect(await readFile(pointer(), "utf8")).toBe("content");
});

test("replaces a link that leads nowhere", async () => {
  await mkdir(dirname(pointer()), { recursive: true });
  await symlink("nowhere", pointer());
  await placeInSnapshot(blob(), pointer());
  expect(await readFile(pointer(), "utf8")).toBe("content");
});

test("makes another kind of file where there are no symbolic links, as on Windows", async () => {
  const refused = () => Promise.reject(Object.assign(new Error("EPERM"), { code: "EPERM" }));
  await placeInSnapshot(blob(), pointer(), refused);
  expect((await lstat(pointer())).isFile()).toBe(true);
  expect(await readFile(pointer(), "utf8")).toBe("content");
});
