import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";

import type { DownloadProgress } from "../../../src/downloads/index.js";
import { hashOfWeights, model, modelFiles, useHubModel, weightsHash } from "../../helpers/hub-model.js";
import { commitOne, commitTwo, gitHash, refuse } from "../../helpers/loopback-hub.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const { hub, folder, cached, weightsBlob, download } = useHubModel();

describe("a model that is not in the cache", () => {
  test("comes with the files that it needs and no others", async () => {
    const snapshot = await download();
    expect(snapshot).toBe(cached("snapshots", commitOne));
    const needed = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] as const;
    expect((await readdir(snapshot)).sort()).toEqual(needed);
    for (const name of needed.filter((each) => each.endsWith(".json"))) {
      expect(await readFile(join(snapshot, name), "utf8")).toBe(modelFiles[name]);
    }
    expect(await hashOfWeights(snapshot)).toBe(weightsHash);
  });

  test("is laid out as Python's huggingface_hub lays it out", async () => {
    const snapshot = await download();
    const blob = await readlink(join(snapshot, "model.safetensors"));
    expect(blob).toBe(join("..", "..", "blobs", weightsHash));
    expect(await readlink(join(snapshot, "config.json"))).toBe(
      join("..", "..", "blobs", gitHash(modelFiles["config.json"])),
    );
    expect(await readFile(cached("refs", "main"), "utf8")).toBe(commitOne);
    expect(await readFile(cached(".no_exist", commitOne, "modules.json"), "utf8")).toBe("");
    expect((await readdir(cached("blobs"))).filter((name) => !/^[0-9a-f]+$/.test(name))).toEqual([]);
  });

  test("is taken at the revision that is asked for, whose name may have slashes", async () => {
    hub().repositories.set(model, { files: modelFiles, commit: commitTwo, refs: ["refs/pr/1"] });
    expect(await download({ revision: "refs/pr/1" })).toBe(cached("snapshots", commitTwo));
    expect(await readFile(cached("refs", "refs", "pr", "1"), "utf8")).toBe(commitTwo);
  });

  test("is put where cacheDir says, also if that is a link", async () => {
    const [real, link] = [join(folder(), "real"), join(folder(), "link")];
    await mkdir(real);
    await symlink(real, link);
    await download({ cacheDir: link });
    expect(await readFile(join(join(real, "models--owner--name"), "snapshots", commitOne, "config.json"), "utf8")).toBe(
      modelFiles["config.json"],
    );
  });

  test("tells how far it has come", async () => {
    const reports: DownloadProgress[] = [];
    await download({ onProgress: (progress) => reports.push(progress) });
    const total = ["tokenizer.json", "tokenizer_config.json", "model.safetensors"] as const;
    const modelTotal = total.reduce((sum, name) => sum + Buffer.byteLength(modelFiles[name]), 0);
    expect(reports.at(-1)).toEqual({
      file: "model.safetensors",
      loaded: 300_000,
      total: 300_000,
      modelLoaded: modelTotal,
      modelTotal,
    });
    const loaded = reports.map(({ modelLoaded }) => modelLoaded);
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
  });

  test("comes in shards, and with the folders of its modules", async () => {
    const files = {
      "config.json": '{"architectures": ["ModernBertModel"]}',
      "tokenizer.json": "{}",
      "modules.json": JSON.stringify(["", "1_Pooling", "2_Dense/", "../../up"].map((path) => ({ path, type: "any" }))),
      "config_sentence_transformers.json": '{"model_type": "CrossEncoder"}',
      "1_Pooling/config.json": "{}",
      "2_Dense/config.json": '{"in": 1}',
      "2_Dense/model.safetensors": "dense",
      "3_Other/config.json": "{}",
      "model.safetensors.index.json": JSON.stringify({ weight_map: { a: "one.safetensors", b: "two.safetensors" } }),
      "one.safetensors": "1",
      "two.safetensors": "2",
      "three.safetensors": "3",
      "../../up/config.json": "{}",
    };
    hub().repositories.set(model, { files, commit: commitOne });
    const snapshot = await download();
    const found = (await readdir(snapshot, { recursive: true })).sort();
    const wanted = Object.keys(files).filter((path) => !/^(3_Other|three|\.\.)/.test(path));
    expect(found).toEqual([...wanted, "1_Pooling", "2_Dense"].sort());
    expect(await readlink(join(snapshot, "2_Dense", "model.safetensors"))).toMatch(/^\.\.[/\\]\.\.[/\\]\.\.[/\\]blobs/);
    hub().seen.length = 0;
    await download({ revision: commitOne });
    expect(hub().seen).toEqual([]);
  });
});

function without(path: string, files: Readonly<Record<string, string | Buffer>>): Record<string, string | Buffer> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => name !== path));
}

describe("an ONNX file", () => {
  const withoutCheckpoint = without("model.safetensors", modelFiles);
  const small = ["config.json", "onnx", "tokenizer.json", "tokenizer_config.json"];
  const inOnnx = async (snapshot: string) => (await readdir(join(snapshot, "onnx"))).sort();
  const put = (files: Record<string, string | Buffer>) => hub().repositories.set(model, { files, commit: commitOne });

  test("comes with its data and no other, where there is no checkpoint", async () => {
    put({
      ...withoutCheckpoint,
      "onnx/model.onnx_data": "data",
      "onnx/model_quantized.onnx": "graph in int8",
      "onnx/model_fp16.onnx": "graph in fp16",
    });
    const snapshot = await download();
    expect((await readdir(snapshot)).sort()).toEqual(small);
    expect(await inOnnx(snapshot)).toEqual(["model.onnx", "model.onnx_data"]);
    hub().seen.length = 0;
    expect(await download({ revision: commitOne })).toBe(snapshot);
    expect(hub().seen).toEqual([]);
    // Another precision is another file.
    await download({ revision: commitOne, dtype: "fp16" });
    expect(await inOnnx(snapshot)).toEqual(["model.onnx", "model.onnx_data", "model_fp16.onnx"]);
  });

  test("comes without the checkpoint, where it is asked for; the checkpoint where nothing is", async () => {
    put({ ...modelFiles, "onnx/model_O3.onnx": "faster" });
    const snapshot = await download({ onnxFile: "O3" });
    expect((await readdir(snapshot)).sort()).toEqual(small);
    expect(await inOnnx(snapshot)).toEqual(["model_O3.onnx"]);
    await download();
    expect(await hashOfWeights(snapshot)).toBe(weightsHash);
    expect(hub().downloadsOf("onnx/model.onnx")).toEqual([]);
  });

  test("comes where no graph can be built, also of a repository with code of its own", async () => {
    const config = { architectures: ["BertForSequenceClassification"], auto_map: { AutoModel: "its.own" } };
    put({ ...modelFiles, "config.json": JSON.stringify(config) });
    const snapshot = await download();
    expect((await readdir(snapshot)).sort()).toEqual(small);
    expect(await inOnnx(snapshot)).toEqual(["model.onnx"]);
  });

  test("is not loaded without what a download that broke off lacks of it", async () => {
    put({ ...withoutCheckpoint, "onnx/model.onnx_data": "data" });
    hub().disturbances.push(({ path }, response) => path.endsWith(".onnx") && (refuse(response, 403), true));
    await thrownBy(() => download());
    const error = await thrownBy(() => download({ localFilesOnly: true }));
    expect(error.code).toBe("MODEL_NOT_CACHED");
    hub().disturbances = [];
    expect(await inOnnx(await download())).toEqual(["model.onnx", "model.onnx_data"]);
  });

  test("that there is not is an error that lists those that there are", async () => {
    const error = await thrownBy(() => download({ onnxFile: "O4" }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain('got "O4". There are: onnx/model.onnx.');
    expect(hub().downloadsOf("model.safetensors")).toEqual([]);
  });
});

describe("what crossrank does not run", () => {
  test.each(["BertModel", "Qwen3ForCausalLM", "DebertaV2ForSequenceClassification"])(
    "costs no download of weights: %s",
    async (architecture) => {
      const files = { ...modelFiles, "config.json": JSON.stringify({ architectures: [architecture] }) };
      const withoutOnnx = without("onnx/model.onnx", files);
      const isKindOfItsOwn = architecture.endsWith("ForSequenceClassification");
      hub().repositories.set(model, { files: isKindOfItsOwn ? withoutOnnx : files, commit: commitOne });
      // A classifier is for the loader to refuse, which says what it would take.
      if (isKindOfItsOwn) await download();
      else expect((await thrownBy(() => download())).code).toBe("UNSUPPORTED_MODEL");
      expect([...hub().downloadsOf("model.safetensors"), ...hub().downloadsOf("onnx/model.onnx")]).toEqual([]);
    },
  );

  test("is refused for what it is offline too, where only its small files are there", async () => {
    const files = { ...modelFiles, "config.json": '{"architectures": ["BertModel"]}' };
    hub().repositories.set(model, { files, commit: commitOne });
    await thrownBy(() => download());
    const error = await thrownBy(() => download({ localFilesOnly: true, revision: commitOne }));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain("a bare encoder");
  });

  test("is not said to have no ONNX file where only the cache has none", async () => {
    const config = { architectures: ["BertForSequenceClassification"], auto_map: { AutoModel: "its.own" } };
    hub().repositories.set(model, {
      files: { ...modelFiles, "config.json": JSON.stringify(config) },
      commit: commitOne,
    });
    const snapshot = await download();
    await rm(join(snapshot, "onnx"), { recursive: true });
    const error = await thrownBy(() => download({ localFilesOnly: true }));
    expect(error.code).toBe("MODEL_NOT_CACHED");
  });
});

describe("a model in the cache", () => {
  const paths = () => hub().seen.map(({ path }) => path);

  test("takes one look-up of its branch, and follows it to a new commit", async () => {
    await download();
    hub().seen.length = 0;
    await download();
    expect(paths()).toEqual([`/api/models/${model}/revision/main`]);
    const files = { ...modelFiles, "config.json": modelFiles["config.json"].replace("{", '{"new": true, ') };
    hub().repositories.set(model, { files, commit: commitTwo });
    hub().seen.length = 0;
    expect(await download()).toBe(cached("snapshots", commitTwo));
    expect(await readFile(cached("refs", "main"), "utf8")).toBe(commitTwo);
    expect(hub().downloadsOf("config.json")).toHaveLength(1);
    // Content that has not changed is not downloaded again.
    expect(hub().downloadsOf("model.safetensors")).toHaveLength(0);
  });

  test("takes no connection by its commit hash", async () => {
    await download();
    hub().seen.length = 0;
    await download({ revision: commitOne });
    expect(hub().seen).toEqual([]);
  });

  test("takes no connection offline, by the option or by the variable", async () => {
    const snapshot = await download();
    hub().seen.length = 0;
    expect(await download({ localFilesOnly: true })).toBe(snapshot);
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect(await download()).toBe(snapshot);
    expect(hub().seen).toEqual([]);
    expect(await download({ localFilesOnly: false })).toBe(snapshot);
    expect(hub().seen).toHaveLength(1);
  });

  test("that Python downloaded is found, and looked through once for what it lacks", async () => {
    const snapshot = cached("snapshots", commitOne);
    for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"] as const) {
      const hash = name === "model.safetensors" ? weightsHash : gitHash(modelFiles[name]);
      await mkdir(cached("blobs"), { recursive: true });
      await mkdir(snapshot, { recursive: true });
      await writeFile(cached("blobs", hash), modelFiles[name]);
      await symlink(join("..", "..", "blobs", hash), join(snapshot, name));
    }
    expect(await download({ revision: commitOne })).toBe(snapshot);
    expect(paths()).toEqual([`/api/models/${model}/tree/${commitOne}`]);
    await download({ revision: commitOne });
    expect(paths()).toHaveLength(1);
  });

  test("whose file was deleted gets it again", async () => {
    const snapshot = await download();
    await rm(weightsBlob());
    expect(await download()).toBe(snapshot);
    expect(await hashOfWeights(snapshot)).toBe(weightsHash);
  });

  test.each<[string, () => void]>([
    ["fails", () => hub().disturbances.push((_, response) => (refuse(response, 503), true))],
    ["takes no more requests", () => hub().disturbances.push((_, response) => (refuse(response, 429), true))],
    ["cannot be reached", () => vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9")],
  ])("is loaded with a warning if the Hub %s", async (_, disturb) => {
    const snapshot = await download();
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    disturb();
    hub().seen.length = 0;
    expect(await download()).toBe(snapshot);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(`cached commit ${commitOne}`), expect.anything());
    // Nobody should wait for retries then.
    expect(hub().seen.length).toBeLessThan(2);
  });

  test("is not loaded if the Hub says that the model is gone", async () => {
    await download();
    hub().repositories.delete(model);
    expect((await thrownBy(() => download())).code).toBe("MODEL_NOT_FOUND");
  });
});
