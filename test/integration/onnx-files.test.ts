/** Models that ship ONNX files: which is run, and what is wrong with those that are not. */
import { copyFile, cp, mkdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CrossEncoder, type FromPretrainedOptions } from "crossrank";
import { describe, expect, test } from "vitest";
import { assertClose } from "../helpers/assert-close.js";
import { classifierFactor, writeClassifier, type ClassifierOptions } from "../helpers/classifier-graph.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";
import { thrownBy } from "../helpers/thrown-by.js";
import { runCli } from "./cli/run-cli.js";

const bert = "test/fixtures/tiny-bert";
const reranker = "test/fixtures/tiny-reranker";
const pairs = [
  ["why does salt melt ice", "salt lowers the freezing point of water"],
  ["why does salt melt ice", "bees carry pollen from flower to flower"],
  ["why does salt melt ice", ""],
] as [string, string][];

const folder = useTemporaryFolder();
const onnx = (name = "model.onnx") => join(folder(), "onnx", name);

/** The small files of tiny-bert, whose architecture has no checkpoint here. */
async function writeSmallFiles(config: object = {}): Promise<void> {
  await mkdir(join(folder(), "onnx"), { recursive: true });
  for (const name of ["tokenizer.json", "tokenizer_config.json"])
    await copyFile(join(bert, name), join(folder(), name));
  const json = JSON.parse(await readFile(join(bert, "config.json"), "utf8")) as object;
  // An architecture that crossrank will never build itself.
  const architectures = ["JinaBertForSequenceClassification"];
  await writeFile(join(folder(), "config.json"), JSON.stringify({ ...json, architectures, ...config }));
}

async function writeModel(name: string, options: ClassifierOptions = {}): Promise<void> {
  await writeSmallFiles();
  await writeClassifier(join(folder(), "onnx"), name, options);
}

const load = (options?: FromPretrainedOptions) => CrossEncoder.fromPretrained(folder(), options);

async function logitsOf(model: CrossEncoder): Promise<number[]> {
  return [...(await model.predict(pairs, { activationFn: "identity" }))];
}

/** What {@link writeClassifier}'s graph gives: the sum of ids, and of what else it was fed. */
async function expectedLogits(
  model: CrossEncoder,
  perToken: (index: number, typeId: number) => number,
): Promise<number[]> {
  const tokenized = await model.tokenize(pairs);
  return tokenized.map(({ inputIds, tokenTypeIds }) =>
    inputIds.reduce((sum, id, index) => sum + (id + perToken(index, tokenTypeIds?.[index] ?? 0)) * classifierFactor, 0),
  );
}

describe("which file", () => {
  test("a folder as Xenova's, with one quantized file and no checkpoint", async () => {
    await writeSmallFiles({ architectures: ["BertForSequenceClassification"] });
    await copyFile(join(bert, "onnx/model.onnx"), onnx("model_quantized.onnx"));
    await using model = await load();
    await using source = await CrossEncoder.fromPretrained(bert, { onnxFile: "model" });
    expect(model.info.weightFiles).toEqual(["onnx/model_quantized.onnx"]);
    expect(await model.rank("why does salt melt ice", ["salt lowers it", "bees carry pollen"])).toEqual(
      await source.rank("why does salt melt ice", ["salt lowers it", "bees carry pollen"]),
    );
  });

  test("a checkpoint that can be built goes first; an ONNX file by request", async () => {
    await using checkpoint = await CrossEncoder.fromPretrained(reranker);
    await using file = await CrossEncoder.fromPretrained(reranker, { onnxFile: "onnx/model.onnx" });
    expect([checkpoint.info.runs, file.info.runs]).toEqual(["stream", "onnx"]);
    assertClose(await logitsOf(file), await logitsOf(checkpoint), 1e-5);
  });

  test("the one whose path is asked for", async () => {
    await writeModel("model.onnx");
    await mkdir(join(folder(), "exports", "nested"), { recursive: true });
    await writeClassifier(join(folder(), "exports", "nested"), "model.onnx", { inputs: [] });
    await using nested = await load({ onnxFile: "exports/nested/model.onnx" });
    expect(nested.info.weightFiles).toEqual(["exports/nested/model.onnx"]);
    await using usual = await load({ onnxFile: "model.onnx" });
    expect(usual.info.weightFiles).toEqual(["onnx/model.onnx"]);
  });

  test("the one that dtype names", async () => {
    await writeModel("model.onnx");
    await writeClassifier(join(folder(), "onnx"), "model_fp16.onnx", { type: "float16" });
    await using full = await load({ dtype: "fp32" });
    await using half = await load({ dtype: "fp16" });
    expect([full.info.weightFiles, half.info.weightFiles]).toEqual([["onnx/model.onnx"], ["onnx/model_fp16.onnx"]]);
    expect(await logitsOf(half)).toEqual(await logitsOf(full));
    const error = await thrownBy(() => load({ dtype: "int8" }));
    expect(error.message).toContain("There are: onnx/model.onnx, onnx/model_fp16.onnx.");
  });

  test("none: the architecture cannot be built, and there is no ONNX file", async () => {
    await writeSmallFiles();
    const error = await thrownBy(() => load());
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain("JinaBertForSequenceClassification");
    expect(error.message).toContain("runs only with an ONNX file");
  });

  test("none: it is asked for, and there is a checkpoint only", async () => {
    await cp(reranker, folder(), { recursive: true, filter: (path) => !path.endsWith("onnx") });
    const error = await thrownBy(() => load({ onnxFile: "model" }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain('got "model". There are none.');
  });

  test("none: nothing of the name that is asked for", async () => {
    await writeModel("model.onnx");
    const error = await thrownBy(() => load({ onnxFile: "O3" }));
    expect(error.message).toContain('got "O3". There are: onnx/model.onnx.');
  });
});

describe("how it is run", () => {
  test.each<[string, ClassifierOptions, (index: number, typeId: number) => number]>([
    ["its mask", {}, () => 1],
    ["token types where it asks", { inputs: ["attention_mask", "token_type_ids"] }, (_, typeId) => 1 + typeId],
    ["positions where it asks", { inputs: ["attention_mask", "position_ids"] }, (index) => 1 + index],
    ["logits under another name", { output: "scores", hiddenStates: "too" }, () => 1],
    ["logits in half precision", { type: "float16" }, () => 1],
    ["logits without an axis of labels", { shape: ["batch"] }, () => 1],
    ["weights in a file beside it", { dataName: "model.onnx_data" }, () => 1],
    ["weights in a file of the other name", { dataName: "model.onnx.data" }, () => 1],
  ])("with %s", async (_, options, perToken) => {
    await writeModel("model.onnx", options);
    await using model = await load();
    expect(await logitsOf(model)).toEqual(await expectedLogits(model, perToken));
  });

  test("data files are part of the model's size", async () => {
    await writeModel("model.onnx", { dataName: "model.onnx_data" });
    await using model = await load();
    expect(model.info).toMatchObject({
      weightFiles: ["onnx/model.onnx", "onnx/model.onnx_data"],
      parameterCount: undefined,
    });
  });

  test("through links, as in the Hub's cache", async () => {
    await writeModel("model.onnx", { dataName: "model.onnx_data" });
    await mkdir(join(folder(), "blobs"));
    for (const [name, blob] of [
      ["model.onnx", "a1"],
      ["model.onnx_data", "b2"],
    ] as const) {
      await copyFile(onnx(name), join(folder(), "blobs", blob));
      await rm(onnx(name));
      await symlink(`../blobs/${blob}`, onnx(name));
    }
    await using model = await load();
    expect(await logitsOf(model)).toEqual(await expectedLogits(model, () => 1));
  });

  test("with positions from behind the padding's, and fewer of them, for a model that counts as RoBERTa", async () => {
    await writeModel("model.onnx", { inputs: ["attention_mask", "position_ids"] });
    await writeSmallFiles({ model_type: "roberta", pad_token_id: 3, max_position_embeddings: 100 });
    await using model = await load();
    expect(model.maxLength).toBe(96);
    expect(await logitsOf(model)).toEqual(await expectedLogits(model, (index) => 1 + 4 + index));
  });

  test("in several workers, with progress, passages and abort", async () => {
    await writeModel("model.onnx");
    await using model = await load({ workers: 2, maxLength: 24 });
    const documents = Array.from({ length: 200 }, (_, index) => "salt water ".repeat(1 + (index % 40)));
    let last = 0;
    const scores = await model.predict(
      documents.map((document) => ["ice", document]),
      { activationFn: "identity", onProgress: ({ scored }) => (last = scored) },
    );
    expect(last).toBe(200);
    const alone = await Promise.all(
      [0, 77, 199].map((index) => model.predict(["ice", documents[index] ?? ""], { activationFn: "identity" })),
    );
    expect(alone).toEqual([0, 77, 199].map((index) => scores[index]));
    const ranking = await model.rank("ice", documents, { longDocuments: "maxPassage" });
    expect(ranking.filter(({ passage }) => passage !== undefined).length).toBeGreaterThan(100);
    const aborted = model.rank("ice", documents, { signal: AbortSignal.abort(new Error("enough")) });
    await expect(aborted).rejects.toThrow("enough");
  });
});

describe("what is wrong with it", () => {
  async function errorOf(prepare: () => Promise<void>, options?: FromPretrainedOptions) {
    await prepare();
    return thrownBy(() => load(options));
  }

  test("it is cut off", async () => {
    const error = await errorOf(async () => {
      await writeSmallFiles();
      await copyFile(join(bert, "onnx/model.onnx"), onnx());
      await truncate(onnx(), 100_000);
    });
    expect(error).toMatchObject({ code: "INVALID_MODEL_FILE", details: { path: onnx(), byteOffset: 100_000 } });
  });

  test("it is damaged inside", async () => {
    const error = await errorOf(async () => {
      await writeSmallFiles();
      const bytes = await readFile(join(bert, "onnx/model.onnx"));
      for (let index = 5_000; index < bytes.length; index += 997)
        bytes.writeUInt8(bytes.readUInt8(index) ^ 0x55, index);
      await writeFile(onnx(), bytes);
    });
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(onnx());
  });

  test("its data are not beside it", async () => {
    const error = await errorOf(async () => {
      await writeModel("model.onnx", { dataName: "model.onnx_data" });
      await rm(onnx("model.onnx_data"));
    });
    expect(error).toMatchObject({ code: "MODEL_NOT_FOUND", details: { missing: ["model.onnx_data"] } });
    expect(error.message).toContain("has its weights in model.onnx_data, which must lie beside it, but is not there.");
  });

  test("its data are cut off", async () => {
    const error = await errorOf(async () => {
      await writeModel("model.onnx", { dataName: "model.onnx_data" });
      await truncate(onnx("model.onnx_data"), 2);
    });
    expect(error.code).toBe("INVALID_MODEL_FILE");
  });

  test("it is an embedding model's", async () => {
    const error = await errorOf(() => writeModel("model.onnx", { hiddenStates: "only" }));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain("got last_hidden_state (float32 [batch, sequence, 1])");
  });

  test("it wants more than pairs", async () => {
    const error = await errorOf(() => writeModel("model.onnx", { inputs: ["attention_mask", "bbox"] }));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain("got bbox (int64 [batch, sequence])");
  });

  test("it has another number of labels than its config", async () => {
    await writeModel("model.onnx");
    const error = await errorOf(() => writeSmallFiles({ id2label: { 0: "no", 1: "yes" } }));
    expect(error).toMatchObject({ code: "INVALID_MODEL_FILE", details: { expected: 2, actual: 1 } });
  });

  test("its tokenizer has more tokens than its config", async () => {
    await writeModel("model.onnx");
    const error = await errorOf(() => writeSmallFiles({ vocab_size: 20 }));
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain("must be below 20, the vocab_size of config.json");
  });

  test("it is in int8, and is to run on a GPU", async () => {
    const error = await errorOf(() => writeModel("model_quantized.onnx"), { device: "webgpu" });
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain("whose products are in int8");
  });
});

describe("the command line", () => {
  test("info shows what is run", async () => {
    const { stdout, stderr } = await runCli(["info", bert, "--onnx-file", "model"]);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^runs +onnx\/model\.onnx, in padded batches, in fp32 on cpu$/m);
    expect(stdout).toMatch(/^files +onnx\/model\.onnx \(\d\.\d MB\)$/m);
  });

  test("rank takes the file's name, and convert's output as it is", async () => {
    const args = ["rank", "why does salt melt ice", "salt lowers it", "bees carry pollen", "--json", "--model"];
    const expected = await runCli([...args, reranker]);
    expect((await runCli([...args, reranker, "--onnx-file", "model"])).status).toBe(0);
    const output = join(folder(), "converted");
    await runCli(["convert", reranker, "--output", output, "--layout", "standard"]);
    const { status, stdout } = await runCli([...args, output]);
    expect(status).toBe(0);
    const scores = (text: string) => (JSON.parse(text) as { score: number }[]).map(({ score }) => score);
    assertClose(scores(stdout), scores(expected.stdout), 1e-5);
    await cp(output, join(folder(), "moved"), { recursive: true });
    expect((await runCli([...args, join(folder(), "moved")])).stdout).toBe(stdout);
  });
});
