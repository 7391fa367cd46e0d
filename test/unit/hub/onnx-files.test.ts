import { describe, expect, test } from "vitest";

import { chooseWeights } from "../../../src/hub/choose-weights.js";
import { chooseOnnxFile, type OnnxWish } from "../../../src/hub/onnx-files.js";
import type { Processor, ProcessorFeature } from "../../../src/machine/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const x64 = (...features: ProcessorFeature[]): Processor => ({ architecture: "x64", features: new Set(features) });
const vnni = x64("avx2", "avx512", "avx512_vnni");
const arm64: Processor = { architecture: "arm64", features: new Set() };

/** What sentence-transformers' own repositories hold. */
const optimumNames = [
  "model",
  "O1",
  "O2",
  "O3",
  "O4",
  "qint8_arm64",
  "qint8_avx512",
  "qint8_avx512_vnni",
  "quint8_avx2",
];
const transformersJsNames = ["model", "bnb4", "fp16", "int8", "q4", "q4f16", "quantized", "uint8"];
const filesOf = (names: readonly string[], folder = "onnx/") =>
  names.map((name) => `${folder}${name === "model" ? name : `model_${name}`}.onnx`);

const optimum = ["config.json", "model.safetensors", ...filesOf(optimumNames)];
const transformersJs = ["config.json", "tokenizer.json", ...filesOf(transformersJsNames)];

function pathOf(paths: readonly string[], wish: Partial<OnnxWish>): string {
  return chooseOnnxFile(paths, { dtype: "auto", processor: vnni, ...wish }).path;
}

describe("by precision and processor", () => {
  test.each<[string, Partial<OnnxWish>, string, string]>([
    ["auto", {}, "onnx/model.onnx", "onnx/model.onnx"],
    ["fp32", { dtype: "fp32" }, "onnx/model.onnx", "onnx/model.onnx"],
    ["fp16", { dtype: "fp16" }, "onnx/model_O4.onnx", "onnx/model_fp16.onnx"],
    ["int8 with VNNI", { dtype: "int8" }, "onnx/model_qint8_avx512_vnni.onnx", "onnx/model_quantized.onnx"],
    [
      "int8 with AVX-512",
      { dtype: "int8", processor: x64("avx2", "avx512") },
      "onnx/model_qint8_avx512.onnx",
      "onnx/model_uint8.onnx",
    ],
    [
      "int8 with AVX2",
      { dtype: "int8", processor: x64("avx2") },
      "onnx/model_quint8_avx2.onnx",
      "onnx/model_uint8.onnx",
    ],
    [
      "int8 on an x64 that does not tell",
      { dtype: "int8", processor: x64() },
      "onnx/model_quint8_avx2.onnx",
      "onnx/model_uint8.onnx",
    ],
    ["int8 on arm64", { dtype: "int8", processor: arm64 }, "onnx/model_qint8_arm64.onnx", "onnx/model_quantized.onnx"],
  ])("%s", (_, wish, ofOptimum, ofTransformersJs) => {
    expect(pathOf(optimum, wish)).toBe(ofOptimum);
    expect(pathOf([...optimum].reverse(), wish)).toBe(ofOptimum);
    expect(pathOf(transformersJs, wish)).toBe(ofTransformersJs);
  });

  test.each<[string, readonly string[], string]>([
    ["the most precise that is there", filesOf(["q4", "quantized", "fp16"]), "onnx/model_fp16.onnx"],
    ["int8 before 4 bits", filesOf(["bnb4", "q4f16", "q4", "quantized"]), "onnx/model_quantized.onnx"],
    ["4 bits where there is nothing else", filesOf(["bnb4", "q4f16", "q4"]), "onnx/model_q4.onnx"],
    ["optimized fp32 before fp16", filesOf(["O4", "O3", "O1"]), "onnx/model_O1.onnx"],
    ["onnx/ before the root", ["model.onnx", "onnx/model.onnx"], "onnx/model.onnx"],
    ["the root", ["config.json", "model.onnx"], "model.onnx"],
    ["the root's better file", ["model.onnx", "onnx/model_quantized.onnx"], "model.onnx"],
    ["the only file, whatever its name", ["config.json", "onnx/reranker.onnx"], "onnx/reranker.onnx"],
  ])("auto takes %s", (_, paths, path) => {
    expect(pathOf(paths, {})).toBe(path);
  });
});

describe("by name", () => {
  test.each([
    ["onnx/model_O3.onnx", "onnx/model_O3.onnx"],
    ["./onnx/model_O3.onnx", "onnx/model_O3.onnx"],
    ["model_O3.onnx", "onnx/model_O3.onnx"],
    ["model_O3", "onnx/model_O3.onnx"],
    ["O3", "onnx/model_O3.onnx"],
    ["model", "onnx/model.onnx"],
    ["qint8_arm64", "onnx/model_qint8_arm64.onnx"],
  ])("%s is %s", (file, path) => {
    expect(pathOf(optimum, { file })).toBe(path);
  });

  test("a path as it is goes before onnx/", () => {
    expect(pathOf(["model.onnx", "onnx/model.onnx"], { file: "model.onnx" })).toBe("model.onnx");
    expect(pathOf(["exports/a.onnx"], { file: "exports/a.onnx" })).toBe("exports/a.onnx");
  });

  test("other files than ONNX are not taken", async () => {
    const error = await thrownBy(() => pathOf(optimum, { file: "model.safetensors" }));
    expect(error.code).toBe("INVALID_OPTIONS");
  });
});

test.each([
  ["onnx/model.onnx", "fp32"],
  ["onnx/model_O4.onnx", "fp16"],
  ["onnx/model_uint8.onnx", "int8"],
  ["onnx/model_q4f16.onnx", "q4f16"],
  ["onnx/reranker.onnx", "unknown"],
])("%s is in %s", (file, dtype) => {
  expect(chooseOnnxFile([file], { file, dtype: "auto", processor: vnni }).dtype).toBe(dtype);
});

test("a file that is named must be in the precision that is asked for, as far as its name tells", async () => {
  const choose = (file: string, dtype: OnnxWish["dtype"]) => chooseOnnxFile([file], { file, dtype, processor: vnni });
  expect(choose("onnx/model_quantized.onnx", "int8").dtype).toBe("int8");
  expect(choose("onnx/reranker.onnx", "int8").dtype).toBe("unknown");
  const error = await thrownBy(() => choose("onnx/model_q4.onnx", "int8"));
  expect(error.code).toBe("INVALID_OPTIONS");
  expect(error.message).toContain('onnx/model_q4.onnx is in q4, and dtype is "int8"');
});

test("files with a model's data are those of its name", () => {
  const data = ["onnx/model.onnx_data", "onnx/model.onnx_data_1", "onnx/model.onnx.data"];
  const others = ["onnx/model_fp16.onnx", "onnx/model_fp16.onnx_data", "model.onnx_data", "onnx/model.onnx_data.txt"];
  const { dataPaths } = chooseOnnxFile(["onnx/model.onnx", ...data, ...others], { dtype: "auto", processor: vnni });
  expect(dataPaths).toEqual(data);
});

describe("what fits nothing", () => {
  test("is an error that lists what is there", async () => {
    const paths = ["config.json", "onnx/model_qint8_arm64.onnx", "onnx/model_q4.onnx"];
    const error = await thrownBy(() => pathOf(paths, { dtype: "int8" }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain("in int8 for this processor (x64, avx2, avx512, avx512_vnni), but has none.");
    expect(error.message).toContain("There are: onnx/model_qint8_arm64.onnx, onnx/model_q4.onnx. Name one of them");
    expect(error.details["onnxFiles"]).toEqual(paths.slice(1));
  });

  test("by name is an error that lists what is there", async () => {
    const error = await thrownBy(() => pathOf(transformersJs, { file: "O3" }));
    expect(error.message).toMatch(
      /^onnxFile must name an ONNX file of the model, got "O3"\. There are: onnx\/model\.onnx, /,
    );
  });

  test("says so where there are none, and does not list hundreds", async () => {
    expect((await thrownBy(() => pathOf([], { file: "O3" }))).message).toContain("There are none.");
    const many = Array.from({ length: 100 }, (_, index) => `${index}.onnx`);
    const { message } = await thrownBy(() => pathOf(many, {}));
    expect(message).toContain("29.onnx and more");
    expect(message).not.toContain("30.onnx");
  });
});

describe("weights", () => {
  const wish = { dtype: "auto", processor: vnni, checkpointOnly: false } as const;

  test.each<[string, readonly string[], boolean, string | undefined]>([
    ["a checkpoint that can be built", optimum, true, undefined],
    ["a checkpoint in shards", ["model.safetensors.index.json", "onnx/model.onnx"], true, undefined],
    ["a checkpoint that cannot be built", optimum, false, "onnx/model.onnx"],
    ["ONNX files alone", transformersJs, true, "onnx/model.onnx"],
    ["neither", ["config.json"], true, undefined],
    ["a checkpoint alone that cannot be built", ["model.safetensors"], false, undefined],
  ])("of a model with %s", (_, paths, canBuild, path) => {
    expect(chooseWeights({ paths, canBuild }, wish)?.path).toBe(path);
  });

  test("an ONNX file that is asked for goes before the checkpoint", () => {
    expect(chooseWeights({ paths: optimum, canBuild: true }, { ...wish, file: "O3" })?.path).toBe("onnx/model_O3.onnx");
  });

  test("a precision that no ONNX file has matters only where one is to be run", async () => {
    const paths = ["model.safetensors", "onnx/model.onnx"];
    expect(chooseWeights({ paths, canBuild: true }, { ...wish, dtype: "int8" })).toBeUndefined();
    const error = await thrownBy(() => chooseWeights({ paths, canBuild: false }, { ...wish, dtype: "int8" }));
    expect(error.code).toBe("INVALID_OPTIONS");
  });
});
