import { describe, expect, test } from "vitest";

import type { WeightsWish } from "../../../src/hub/choose-weights.js";
import { indexFiles, neededFiles } from "../../../src/hub/needed-files.js";

const small = ["config.json", "tokenizer.json", "tokenizer_config.json"];
const nothing = { modulePaths: [], shards: [], canBuild: true };
const processor = { architecture: "x64", features: new Set<never>() };
const wish: WeightsWish = { dtype: "auto", processor, checkpointOnly: false };

describe("the files that name others", () => {
  test("are the modules, and the index of the shards where there is no whole file", () => {
    const [modules, index] = ["modules.json", "model.safetensors.index.json"];
    expect(indexFiles([...small, modules, index])).toEqual(["config.json", modules, index]);
    expect(indexFiles([...small, modules, index, "model.safetensors"])).toEqual(["config.json", modules]);
    expect(indexFiles(small)).toEqual(["config.json"]);
  });
});

describe("a model", () => {
  test("needs its small files and weights, and nothing else of its repository", () => {
    const others = ["README.md", ".gitattributes", "pytorch_model.bin", "onnx/model.onnx", "vocab.txt", "optimizer.pt"];
    const paths = [...others, "checkpoint-5/model.safetensors", "model.safetensors", ...small];
    expect(neededFiles(paths, nothing, wish)).toEqual({
      files: [...small, "model.safetensors"],
      absent: ["modules.json"],
      missing: [],
    });
  });

  test("needs the shards that its index names", () => {
    const paths = [...small, "model.safetensors.index.json", "a.safetensors", "b.safetensors", "c.safetensors"];
    const shards = ["a.safetensors", "b.safetensors", "d.safetensors"];
    const { files, missing } = neededFiles(paths, { ...nothing, shards }, wish);
    expect(files.slice(3)).toEqual(["model.safetensors.index.json", "a.safetensors", "b.safetensors"]);
    expect(missing).toEqual(["d.safetensors"]);
  });

  test("needs the folders of its modules", () => {
    const modules = ["1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"];
    const paths = [...small, "modules.json", "sentence_bert_config.json", "model.safetensors", ...modules];
    const { files, absent } = neededFiles(paths, { ...nothing, modulePaths: ["", "1_Pooling", "2_Dense"] }, wish);
    expect(new Set(files)).toEqual(new Set(paths));
    expect(absent).toEqual(["config_sentence_transformers.json", "1_Pooling/model.safetensors"]);
  });

  test("needs its transformer's config under an older name, and none that stands behind it", () => {
    const older = "sentence_distilbert_config.json";
    const beside = ["config_sentence_transformers.json", older, "sentence_xlnet_config.json"];
    const paths = [...small, "modules.json", "model.safetensors", ...beside];
    const { files, absent } = neededFiles(paths, { ...nothing, modulePaths: [""] }, wish);
    expect(files).toEqual([...small, "modules.json", ...beside.slice(0, 2), "model.safetensors"]);
    expect(absent).toEqual(["sentence_bert_config.json", "sentence_roberta_config.json"]);
    expect(indexFiles(paths)).toContain(older);
  });

  test("cannot do without its config, tokenizer and weights", () => {
    expect(neededFiles(["README.md"], nothing, wish).missing).toEqual([
      "config.json",
      "tokenizer.json",
      "model.safetensors",
    ]);
  });
});

describe("a model that is run by an ONNX file", () => {
  const data = ["onnx/model.onnx_data", "onnx/model.onnx_data_1"];
  const others = ["onnx/model_O3.onnx", "onnx/model_quantized.onnx", "openvino/model.xml"];

  test("needs that file, its data before it, and no other", () => {
    const { files, absent, missing } = neededFiles([...others, "onnx/model.onnx", ...data, ...small], nothing, wish);
    expect(files).toEqual([...small, ...data, "onnx/model.onnx"]);
    expect(absent).toEqual(["modules.json", "model.safetensors", "model.safetensors.index.json"]);
    expect(missing).toEqual([]);
  });

  test("needs no checkpoint that is there, where it is asked for or no graph can be built", () => {
    const paths = [...others, "onnx/model.onnx", "model.safetensors", ...small];
    expect(neededFiles(paths, nothing, { ...wish, file: "O3" }).files).toEqual([...small, "onnx/model_O3.onnx"]);
    const { files } = neededFiles(paths, { ...nothing, canBuild: false }, wish);
    expect(files).toEqual([...small, "onnx/model.onnx"]);
  });

  test("is not whole without the file that is asked for, and not known to be with the second best only", () => {
    const paths = [...small, "onnx/model_int8.onnx"];
    const { missing } = neededFiles(paths, nothing, { ...wish, file: "onnx/model_O3.onnx" });
    expect(missing).toEqual(["onnx/model_O3.onnx"]);
    const { absent } = neededFiles(paths, nothing, { ...wish, dtype: "int8" });
    expect(absent).toContain("onnx/model_quint8_avx2.onnx");
  });

  test("needs its checkpoint where no ONNX file will do", () => {
    const { missing } = neededFiles([...small, "onnx/model.onnx"], nothing, { ...wish, checkpointOnly: true });
    expect(missing).toEqual(["model.safetensors"]);
  });

  test("is not whole where neither can be run", () => {
    const { files, missing } = neededFiles([...small, "model.safetensors"], { ...nothing, canBuild: false }, wish);
    expect(files).toEqual(small);
    expect(missing).toEqual(["onnx/model.onnx"]);
  });
});
