import { execFileSync } from "node:child_process";
import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";

import type { CrossrankError } from "../../../src/errors/index.js";
import { readJsonFile } from "../../../src/json/read-json-file.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();
const schema = z.object({ size: z.int().default(3), head: z.object({ bias: z.boolean() }).optional() });

function path(): string {
  return join(temporaryFolder(), "config.json");
}

async function errorOf(text: string | Buffer): Promise<CrossrankError> {
  await writeFile(path(), text);
  const error = await thrownBy(() => readJsonFile(path(), schema));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.details["path"]).toBe(path());
  return error;
}

test("gives what the schema names, with its defaults", async () => {
  await writeFile(path(), JSON.stringify({ head: { bias: true }, other: 1 }));
  const json = await readJsonFile(path(), schema);
  expect(json).toEqual({ size: 3, head: { bias: true } });
  expectTypeOf(json).toEqualTypeOf<z.infer<typeof schema> | undefined>();
});

test("gives undefined if there is no file", async () => {
  expect(await readJsonFile(path(), schema)).toBeUndefined();
});

test("names a file that cannot be read, with the system's error as the cause", async () => {
  await mkdir(path());
  const error = await thrownBy(() => readJsonFile(path(), schema));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.message).toContain(`${path()} could not be read: EISDIR`);
  expect(error.cause).toMatchObject({ code: "EISDIR" });
});

test.each(["", "{", "<html>", "\u0000"])("names a file that is not JSON: %j", async (text) => {
  const error = await errorOf(text);
  expect(error.message).toContain(`${path()} must be JSON: `);
  expect(error.cause).toBeInstanceOf(SyntaxError);
});

test.each([
  ["that is not UTF-8", Buffer.from('{"name":"gr\xf6\xdfer"}', "latin1")],
  ["with a byte order mark", Buffer.from("\ufeff{}")],
])("names a file %s", async (_, bytes) => {
  expect((await errorOf(bytes)).message).toContain(`${path()} must be JSON: `);
});

test("takes values that nest deep, and refuses what nests without end", async () => {
  const nested = (depth: number) => `{"other":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
  await writeFile(path(), nested(100));
  expect(await readJsonFile(path(), schema)).toEqual({ size: 3 });
  for (const depth of [101, 100_000]) {
    expect((await errorOf(nested(depth))).message).toContain("must not nest deeper than 100 levels");
  }
});

test("refuses a file that is too large for one of a model's, without reading it", async () => {
  await writeFile(path(), "");
  await truncate(path(), 100_000_001);
  const error = await thrownBy(() => readJsonFile(path(), schema));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.details).toEqual({ path: path(), expected: 100_000_000, actual: 100_000_001 });
});

test.runIf(process.platform !== "win32")("refuses a pipe, which would keep its reader waiting", async () => {
  execFileSync("mkfifo", [path()]);
  const error = await thrownBy(() => readJsonFile(path(), schema));
  expect(error.code).toBe("INVALID_MODEL_FILE");
  expect(error.message).toContain("is a pipe, a device or the like");
});

test("names every field that does not fit, by its path", async () => {
  const error = await errorOf(JSON.stringify({ size: "3", head: {} }));
  expect(error.message).toMatch(/size: .*expected.*; head\.bias: /);
  expect(error.message).toContain(path());
  expect(error.details["issues"]).toHaveLength(2);
});

test("names the file where all of it does not fit", async () => {
  expect((await errorOf("[]")).message).toContain("the file: ");
});
