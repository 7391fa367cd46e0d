import { describe, expect, test } from "vitest";

import { indexFiles, neededFiles } from "../../../src/hub/needed-files.js";

const small = ["config.json", "tokenizer.json", "tokenizer_config.json"];
const nothing = { modulePaths: [], shards: [] };

describe("the files that name others", () => {
  test("are the modules, and the index of the shards where there is no whole file", () => {
    const [modules, index] = ["modules.json", "model.safetensors.index.json"];
    expect(indexFiles([...small, modules, index])).toEqual([modules, index]);
    expect(indexFiles([...small, modules, index, "model.safetensors"])).toEqual([modules]);
    expect(indexFiles(small)).toEqual([]);
  });
});

describe("a model", () => {
  test("needs its small files and weights, and nothing else of its repository", () => {
    const others = ["README.md", ".gitattributes", "pytorch_model.bin", "onnx/model.onnx", "vocab.txt", "optimizer.pt"];
    const paths = [...others, "checkpoint-5/model.safetensors", "model.safetensors", ...small];
    expect(neededFiles(paths, nothing)).toEqual({
      files: [...small, "model.safetensors"],
      absent: ["modules.json"],
      missing: [],
    });
  });

  test("needs the shards that its index names", () => {
    const paths = [...small, "model.safetensors.index.json", "a.safetensors", "b.safetensors", "c.safetensors"];
    const shards = ["a.safetensors", "b.safetensors", "d.safetensors"];
    const { files, missing } = neededFiles(paths, { modulePaths: [], shards });
    expect(files.slice(3)).toEqual(["model.safetensors.index.json", "a.safetensors", "b.safetensors"]);
    expect(missing).toEqual(["d.safetensors"]);
  });

  test("needs the folders of its modules", () => {
    const modules = ["1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"];
    const paths = [...small, "modules.json", "sentence_bert_config.json", "model.safetensors", ...modules];
    const { files, absent } = neededFiles(paths, { modulePaths: ["", "1_Pooling", "2_Dense"], shards: [] });
    expect(new Set(files)).toEqual(new Set(paths));
    expect(absent).toEqual(["config_sentence_transformers.json", "1_Pooling/model.safetensors"]);
  });

  test("cannot do without its config, tokenizer and weights", () => {
    expect(neededFiles(["README.md"], nothing).missing).toEqual(["config.json", "tokenizer.json", "model.safetensors"]);
  });
});
