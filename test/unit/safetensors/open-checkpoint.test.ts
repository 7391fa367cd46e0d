import { createHash } from "node:crypto";
import { mkdir, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { openCheckpoint } from "../../../src/safetensors/open-checkpoint.js";
import { entry, safetensorsBytes } from "../../helpers/safetensors-bytes.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();

const indexName = "model.safetensors.index.json";
const oneTensor = (name: string) => safetensorsBytes({ [name]: entry("F32", [1], 0, 4) }, 4);

/** Writes files into the test's folder, and gives the folder's path. */
async function folderWith(files: Record<string, string | Buffer>): Promise<string> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(temporaryFolder(), name), content);
  return temporaryFolder();
}

function index(weightMap: Record<string, string>): string {
  return JSON.stringify({ metadata: {}, weight_map: weightMap });
}

describe("a single file", () => {
  test("gives its tensors and what identifies it", async () => {
    const bytes = oneTensor("a");
    const folder = await folderWith({ "model.safetensors": bytes });
    const path = join(folder, "model.safetensors");
    const checkpoint = await openCheckpoint(folder);
    const { mtimeNs, dev, ino } = await stat(path, { bigint: true });
    expect(checkpoint.path).toBe(path);
    expect(checkpoint.files).toEqual([
      {
        path,
        realPath: path,
        size: bytes.length,
        mtimeNs: String(mtimeNs),
        device: String(dev),
        inode: String(ino),
        headerSha256: createHash("sha256").update(bytes.subarray(8, -4)).digest("hex"),
      },
    ]);
    expect([...checkpoint.tensors]).toEqual([
      ["a", { name: "a", dtype: "F32", shape: [1], path, byteOffset: bytes.length - 4, byteLength: 4 }],
    ]);
  });

  test("is preferred to shards, whatever the index says", async () => {
    const folder = await folderWith({ "model.safetensors": oneTensor("a"), [indexName]: "{" });
    expect((await openCheckpoint(folder)).files).toHaveLength(1);
  });

  test("may be a symbolic link, as in the Hub's cache", async () => {
    const folder = await folderWith({ blob: oneTensor("a") });
    await symlink("blob", join(folder, "model.safetensors"));
    const [file] = (await openCheckpoint(folder)).files;
    expect(file).toMatchObject({ path: join(folder, "model.safetensors"), realPath: join(folder, "blob") });
  });

  test("of terabytes is opened by its header alone", async () => {
    const size = 2 ** 42;
    const bytes = safetensorsBytes({ a: entry("U8", [size], 0, size) });
    const folder = await folderWith({ "model.safetensors": bytes });
    await truncate(join(folder, "model.safetensors"), bytes.length + size);
    expect((await openCheckpoint(folder)).tensors.get("a")).toMatchObject({ byteLength: size });
  });

  test("is refused where damaged, under the path it was opened by", async () => {
    const folder = await folderWith({ "model.safetensors": oneTensor("a").subarray(0, -1) });
    const error = await thrownBy(() => openCheckpoint(folder));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(`${join(folder, "model.safetensors")}, byte `);
  });

  test.each([0, 5])("is refused with %i bytes", async (length) => {
    const folder = await folderWith({ "model.safetensors": Buffer.alloc(length) });
    const error = await thrownBy(() => openCheckpoint(folder));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(`the file must be at least 8 bytes, got ${length} bytes`);
  });
});

describe("shards", () => {
  test("become one checkpoint, each file once", async () => {
    const two = safetensorsBytes({ b: entry("F16", [2], 0, 4), c: entry("F16", [1], 4, 6) }, 6);
    const weightMap = { b: "model-2.safetensors", a: "model-1.safetensors", c: "model-2.safetensors" };
    const folder = await folderWith({
      "model-1.safetensors": oneTensor("a"),
      "model-2.safetensors": two,
      [indexName]: index(weightMap),
    });
    const { path, files, tensors } = await openCheckpoint(folder);
    expect(path).toBe(join(folder, indexName));
    expect(files.map((file) => file.path)).toEqual(
      ["model-2.safetensors", "model-1.safetensors"].map((name) => join(folder, name)),
    );
    expect(Object.fromEntries([...tensors].map(([name, tensor]) => [name, tensor.path]))).toEqual(
      Object.fromEntries(Object.entries(weightMap).map(([name, shard]) => [name, join(folder, shard)])),
    );
  });

  test("are named where missing", async () => {
    const weightMap = { a: "model-1.safetensors", b: "model-2.safetensors", c: "model-3.safetensors" };
    const folder = await folderWith({ "model-1.safetensors": oneTensor("a"), [indexName]: index(weightMap) });
    const error = await thrownBy(() => openCheckpoint(folder));
    expect(error.code).toBe("MODEL_NOT_FOUND");
    expect(error.message).toBe(
      `${join(folder, indexName)}: its 3 files must lie beside it, missing are "model-2.safetensors", "model-3.safetensors". Download them.`,
    );
    expect(error.details).toEqual({ model: folder, missing: ["model-2.safetensors", "model-3.safetensors"] });
  });

  test.each([
    [
      "a tensor that its shard does not hold",
      { a: "model-1.safetensors", b: "model-2.safetensors", c: "model-2.safetensors" },
      'the shard of tensor "c" must be a file that holds it, got "model-2.safetensors", which does not',
    ],
    [
      "a tensor that the index does not name",
      { a: "model-1.safetensors", c: "model-2.safetensors" },
      'the shard of tensor "b" must be none, as the index does not name the tensor, got "model-2.safetensors"',
    ],
    [
      "a tensor in another shard than the index says",
      { a: "model-1.safetensors", b: "model-1.safetensors", c: "model-2.safetensors" },
      'the shard of tensor "b" must be "model-1.safetensors", as the index says, got "model-2.safetensors"',
    ],
  ])("are refused for %s", async (_, weightMap, says) => {
    const folder = await folderWith({
      "model-1.safetensors": oneTensor("a"),
      "model-2.safetensors": oneTensor("b"),
      [indexName]: index(weightMap),
    });
    const error = await thrownBy(() => openCheckpoint(folder));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(says);
    expect(error.message).toContain(folder);
  });

  test("are refused where two hold a tensor of one name", async () => {
    const two = safetensorsBytes({ a: entry("F32", [1], 0, 4), b: entry("F32", [1], 4, 8) }, 8);
    const folder = await folderWith({
      "model-1.safetensors": oneTensor("a"),
      "model-2.safetensors": two,
      [indexName]: index({ a: "model-1.safetensors", b: "model-2.safetensors" }),
    });
    expect((await thrownBy(() => openCheckpoint(folder))).message).toContain(
      'the shard of tensor "a" must be "model-1',
    );
  });

  test("are refused where damaged, naming the shard", async () => {
    const folder = await folderWith({ "model-1.safetensors": "", [indexName]: index({ a: "model-1.safetensors" }) });
    expect((await thrownBy(() => openCheckpoint(folder))).message).toContain(join(folder, "model-1.safetensors"));
  });

  test("are refused for an index too large to be one", async () => {
    const folder = await folderWith({ [indexName]: "" });
    await truncate(join(folder, indexName), 100_000_001);
    const error = await thrownBy(() => openCheckpoint(folder));
    expect(error.message).toContain("the index must be at most 100000000 bytes, got 100000001 bytes");
  });
});

describe("no weights", () => {
  test("names what was looked for", async () => {
    const error = await thrownBy(() => openCheckpoint(temporaryFolder()));
    expect(error.code).toBe("MODEL_NOT_FOUND");
    expect(error.message).toBe(
      `${temporaryFolder()} must hold model.safetensors or model.safetensors.index.json, and holds neither. Check the path.`,
    );
    expect(error.details).toEqual({ model: temporaryFolder(), missing: ["model.safetensors", indexName] });
  });

  test("says so for a folder that does not exist, and for a file", async () => {
    const folder = await folderWith({ file: "" });
    for (const name of ["none", "file"]) {
      expect((await thrownBy(() => openCheckpoint(join(folder, name)))).code).toBe("MODEL_NOT_FOUND");
    }
  });

  test("does not take a folder for a file", async () => {
    await mkdir(join(temporaryFolder(), "model.safetensors"));
    expect((await thrownBy(() => openCheckpoint(temporaryFolder()))).code).toBe("MODEL_NOT_FOUND");
  });

  test.each(["pytorch_model.bin", "pytorch_model.bin.index.json"])("says that %s must be converted", async (name) => {
    const error = await thrownBy(async () => openCheckpoint(await folderWith({ [name]: "" })));
    expect(error.code).toBe("MODEL_NOT_FOUND");
    expect(error.message).toContain(`Convert its ${name} to safetensors`);
  });
});
