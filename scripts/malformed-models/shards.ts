/** A checkpoint in two files with an index, whose parts are missing, broken or at odds. */
import { mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { safetensorsBytes } from "../../test/helpers/safetensors-bytes.js";
import { brokenJson, telling } from "./damaged-json.js";
import { damagedFiles, edit, type MalformedModel, type ModelFiles, type Refusal } from "./malformed-model.js";

const wholeName = "model.safetensors";
const indexName = "model.safetensors.index.json";
const firstName = "model-00001-of-00002.safetensors";
const secondName = "model-00002-of-00002.safetensors";

const brokenIndex: Refusal = { code: "INVALID_MODEL_FILE", culprit: indexName };
const missingFile: Refusal = { code: "MODEL_NOT_FOUND", culprit: firstName };
const embeddings = "model.embeddings.tok_embeddings.weight";

type WeightMap = Record<string, unknown>;

export function* brokenShards(): Generator<MalformedModel> {
  for (const [flaw, spoil] of brokenJson.filter(([flaw]) => telling.includes(flaw))) {
    yield sharded(`index-${flaw}`, brokenIndex, (files) => edit(files, indexName, spoil));
  }
  yield* wrongWeightMaps();
  yield* wrongShardNames();
  yield* wrongPlaces();
  yield* brokenFiles();
}

function* wrongWeightMaps(): Generator<MalformedModel> {
  const maps = { missing: undefined, null: null, list: [firstName] };
  for (const [flaw, weightMap] of Object.entries(maps)) {
    yield sharded(`weight-map-${flaw}`, { ...brokenIndex, culprit: "weight_map" }, (files) =>
      files.set(indexName, Buffer.from(JSON.stringify({ weight_map: weightMap }))),
    );
  }
  yield remapped("weight-map-empty", { code: "TENSOR_NOT_FOUND", culprit: indexName }, () => ({}));
  yield remapped("ten-thousand-files", { code: "MODEL_NOT_FOUND", culprit: "0.safetensors" }, () =>
    Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`tensor.${index}`, `${index}.safetensors`])),
  );
}

function* wrongShardNames(): Generator<MalformedModel> {
  const names = {
    number: 1,
    blank: "",
    "parent-folder": `../${firstName}`,
    absolute: "/etc/passwd",
    windows: `C:\\${firstName}`,
    nul: `model\0.safetensors`,
  };
  for (const [flaw, name] of Object.entries(names)) {
    yield remapped(`shard-name-${flaw}`, { ...brokenIndex, culprit: embeddings }, (map) => ({
      ...map,
      [embeddings]: name,
    }));
  }
  const absent = { other: "other.safetensors", long: `${"n".repeat(5000)}.safetensors` };
  for (const [flaw, name] of Object.entries(absent)) {
    yield remapped(`shard-name-${flaw}`, { code: "MODEL_NOT_FOUND", culprit: name.slice(0, 20) }, (map) => ({
      ...map,
      [embeddings]: name,
    }));
  }
}

function* wrongPlaces(): Generator<MalformedModel> {
  const refusal = { ...brokenIndex, culprit: embeddings };
  yield remapped("tensor-in-the-other-shard", refusal, (map) => ({ ...map, [embeddings]: secondName }));
  yield remapped("tensor-not-in-index", refusal, (map) => ({ ...map, [embeddings]: undefined }));
  yield remapped("tensor-in-no-shard", { ...brokenIndex, culprit: "model.extra" }, (map) => ({
    ...map,
    "model.extra": firstName,
  }));
  yield sharded("the-same-shard-twice", { ...brokenIndex, culprit: secondName }, (files) =>
    files.set(secondName, files.get(firstName) as Buffer),
  );
}

function* brokenFiles(): Generator<MalformedModel> {
  const inFirst: Refusal = { code: "INVALID_MODEL_FILE", culprit: firstName };
  yield sharded("without-a-shard", { ...missingFile, culprit: secondName }, (files) => files.delete(secondName));
  yield sharded("without-shards", missingFile, (files) => files.delete(firstName) && files.delete(secondName));
  yield sharded("without-index", { ...missingFile, culprit: indexName }, (files) => files.delete(indexName));
  yield sharded("shard-empty", inFirst, (files) => edit(files, firstName, () => ""));
  yield sharded("shard-cut", inFirst, (files) => edit(files, firstName, (bytes) => bytes.subarray(0, -4)));
  yield shardedFolder("shard-is-a-folder", missingFile, async (folder) => {
    await rm(join(folder, firstName));
    await mkdir(join(folder, firstName));
  });
  yield shardedFolder("shard-links-to-itself", missingFile, async (folder) => {
    await rm(join(folder, firstName));
    await symlink(firstName, join(folder, firstName));
  });
  yield shardedFolder("index-is-a-folder", { ...missingFile, culprit: indexName }, async (folder) => {
    await rm(join(folder, indexName));
    await mkdir(join(folder, indexName));
  });
  yield shardedFolder("index-of-a-terabyte", brokenIndex, async (folder) => {
    await writeFile(join(folder, indexName), "{");
    await truncate(join(folder, indexName), 1e12);
  });
}

function remapped(name: string, refusal: Refusal, change: (map: WeightMap) => WeightMap): MalformedModel {
  return sharded(name, refusal, (files) =>
    edit(files, indexName, (bytes) => {
      const index = JSON.parse(bytes.toString()) as { weight_map: WeightMap };
      return JSON.stringify({ ...index, weight_map: change(index.weight_map) });
    }),
  );
}

function sharded(name: string, refusal: Refusal, damage: (files: ModelFiles) => unknown): MalformedModel {
  return damagedFiles(`shards-${name}`, refusal, (files) => {
    split(files);
    damage(files);
  });
}

function shardedFolder(name: string, refusal: Refusal, damage: (folder: string) => Promise<void>): MalformedModel {
  const model = sharded(name, refusal, () => undefined);
  const write = async (folder: string) => {
    await model.write(folder);
    await damage(folder);
  };
  return { ...model, write };
}

/** Puts the first half of the tensors in one file and the rest in another. */
function split(files: ModelFiles): void {
  const bytes = files.get(wholeName) as Buffer;
  files.delete(wholeName);
  const dataStart = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString("utf8", 8, dataStart)) as Record<string, Entry>;
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  const half = entries.length / 2;
  const parts = { [firstName]: entries.slice(0, half), [secondName]: entries.slice(half) };
  const weightMap: WeightMap = {};
  for (const [fileName, part] of Object.entries(parts)) {
    for (const [tensor] of part) weightMap[tensor] = fileName;
    files.set(fileName, shard(part, bytes.subarray(dataStart)));
  }
  files.set(indexName, Buffer.from(JSON.stringify({ metadata: {}, weight_map: weightMap })));
}

interface Entry {
  data_offsets: [begin: number, end: number];
}

/** A file of tensors that lie side by side in `data`. */
function shard(entries: readonly (readonly [name: string, entry: Entry])[], data: Buffer): Buffer {
  const start = entries[0]?.[1].data_offsets[0] ?? 0;
  const end = entries.at(-1)?.[1].data_offsets[1] ?? 0;
  const moved = entries.map(([name, entry]) => [
    name,
    { ...entry, data_offsets: entry.data_offsets.map((offset) => offset - start) },
  ]);
  return Buffer.concat([safetensorsBytes(Object.fromEntries(moved) as object), data.subarray(start, end)]);
}
