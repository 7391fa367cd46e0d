import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";

import { readModuleChain } from "../../../src/hub/module-chain.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";
import { writeJsonFiles } from "../../helpers/write-json-files.js";

const temporaryFolder = useTemporaryFolder();

/** A module: its class and its config, `undefined` for none. */
type Module = readonly [className: string, config: unknown, path?: string];

const types: Readonly<Record<string, string>> = {
  Pooling: "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
  Dense: "sentence_transformers.base.modules.dense.Dense",
  LayerNorm: "sentence_transformers.sentence_transformer.modules.layer_norm.LayerNorm",
};

const pooling: Module = ["Pooling", { embedding_dimension: 8, pooling_mode: "cls" }];
const scores = { module_output_name: "scores", activation_function: "torch.nn.modules.linear.Identity" };

async function read(...modules: Module[]) {
  const saved = modules.map(([name, , path], index) => ({
    path: path ?? `${index + 1}_${name.split(".").at(-1) ?? ""}`,
    type: types[name] ?? name,
  }));
  for (const [index, [, config]] of modules.entries()) {
    const folder = saved[index]?.path ?? "";
    if (/^\w+$/.test(folder)) await writeJsonFiles(join(temporaryFolder(), folder), { "config.json": config });
  }
  return readModuleChain(temporaryFolder(), saved);
}

test("reads the chain of cross-encoder/ettin-reranker", async () => {
  const chain = await read(
    pooling,
    [
      "Dense",
      { in_features: 8, out_features: 8, bias: false, activation_function: "torch.nn.modules.activation.GELU" },
    ],
    ["LayerNorm", { dimension: 8 }],
    ["Dense", { in_features: 8, out_features: 1, bias: true, ...scores }],
  );
  expect(chain).toEqual({
    head: {
      pooling: "cls",
      steps: [
        { kind: "dense", name: "2_Dense.linear", inputSize: 8, outputSize: 8, hasBias: false, activation: "gelu" },
        { kind: "norm", name: "3_LayerNorm.norm", size: 8, hasBias: true, epsilon: 1e-5 },
        { kind: "dense", name: "4_Dense.linear", inputSize: 8, outputSize: 1, hasBias: true, activation: "identity" },
      ],
    },
    labelCount: 1,
    folders: ["1_Pooling", "2_Dense", "3_LayerNorm", "4_Dense"],
    weightFolders: ["2_Dense", "3_LayerNorm", "4_Dense"],
  });
});

test("a Dense without settings has a bias and tanh, and no residual", async () => {
  const { head } = await read(pooling, ["Dense", { in_features: 8, out_features: 3, module_output_name: "scores" }]);
  expect(head.steps).toEqual([
    { kind: "dense", name: "2_Dense.linear", inputSize: 8, outputSize: 3, hasBias: true, activation: "tanh" },
  ]);
});

test.each([
  [8, { kind: "input" }],
  [3, { kind: "projected", name: "2_Dense.residual" }],
])("a residual Dense of %i outputs adds its input, as wide as that must be", async (outputs, residual) => {
  const { head } = await read(pooling, [
    "Dense",
    { in_features: 8, out_features: outputs, use_residual: true, ...scores },
  ]);
  expect(head.steps[0]).toMatchObject({ residual });
});

test("modules hand on features by any name", async () => {
  const { labelCount } = await read(
    pooling,
    ["Dense", { in_features: 8, out_features: 5, module_output_name: "projected" }],
    ["Dense", { in_features: 5, out_features: 2, module_input_name: "projected", ...scores }],
  );
  expect(labelCount).toBe(2);
});

describe("pooling", () => {
  const last: Module = ["Dense", { in_features: 8, out_features: 1, ...scores }];

  test.each<[string, object]>([
    ["cls", { pooling_mode: "cls" }],
    ["mean", { pooling_mode: "mean" }],
    ["max", { pooling_mode: "max" }],
    ["max", { pooling_mode: ["max"] }],
    ["mean", {}],
    ["cls", { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }],
    ["max", { pooling_mode_max_tokens: true }],
    ["mean", { pooling_mode_mean_tokens: true }],
    ["mean", { pooling_mode_cls_token: false, pooling_mode_max_tokens: false }],
    ["cls", { pooling_mode: "cls", pooling_mode_mean_tokens: true }],
  ])("is by %s as %j", async (mode, fields) => {
    const { head } = await read(["Pooling", { word_embedding_dimension: 8, ...fields }], last);
    expect(head.pooling).toBe(mode);
  });

  test.each<[string, object, string]>([
    ["another mode", { pooling_mode: "lasttoken" }, "pooling_mode must be one of cls, mean, max, got lasttoken"],
    ["a weighted mean", { pooling_mode: "weightedmean" }, "got weightedmean"],
    ["an older flag", { pooling_mode_mean_sqrt_len_tokens: true }, "got mean_sqrt_len_tokens"],
    ["two modes", { pooling_mode: ["cls", "mean"] }, "got cls with mean"],
    ["two flags", { pooling_mode_cls_token: true, pooling_mode_max_tokens: true }, "got cls with max"],
    ["prompts left out", { pooling_mode: "mean", include_prompt: false }, "include_prompt must be true"],
  ])("refuses %s, by name", async (_, fields, message) => {
    const error = await thrownBy(() => read(["Pooling", { embedding_dimension: 8, ...fields }], last));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain("1_Pooling/config.json: ");
    expect(error.message).toContain(message);
  });
});

describe("activations", () => {
  const withActivation = (classPath: string) =>
    read(pooling, ["Dense", { in_features: 8, out_features: 1, ...scores, activation_function: classPath }]);

  test.each([
    ["torch.nn.modules.linear.Identity", "identity"],
    ["torch.nn.modules.activation.GELU", "gelu"],
    ["torch.nn.modules.activation.Tanh", "tanh"],
    ["torch.nn.modules.activation.ReLU", "relu"],
    ["torch.nn.modules.activation.SiLU", "silu"],
    ["torch.nn.modules.activation.Sigmoid", "sigmoid"],
    ["torch.nn.modules.activation.LeakyReLU", "leaky_relu"],
    ["torch.nn.ELU", "elu"],
    ["torch.nn.SELU", "selu"],
    ["torch.nn.Softplus", "softplus"],
    ["torch.nn.Softsign", "softsign"],
    ["torch.nn.Mish", "mish"],
  ])("%s is %s", async (classPath, activation) => {
    expect((await withActivation(classPath)).head.steps[0]).toMatchObject({ activation });
  });

  test("torch's others are refused, by name", async () => {
    const error = await thrownBy(() => withActivation("torch.nn.modules.activation.PReLU"));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain("2_Dense/config.json: activation_function must be one of torch's Identity, GELU");
    expect(error.message).toContain('got "torch.nn.modules.activation.PReLU"');
  });

  test("the repository's own is not run: a warning says so, and tanh stands in, as in the reference", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    expect((await withActivation("my_module.Custom")).head.steps[0]).toMatchObject({ activation: "tanh" });
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('2_Dense/config.json: activation_function names "my_module.Custom"'),
      { type: "CrossrankWarning" },
    );
  });
});

describe("a chain that is not well-formed", () => {
  const dense = (inputs: number, outputs: number, fields: object = {}): Module => [
    "Dense",
    { in_features: inputs, out_features: outputs, ...fields },
  ];

  test.each<[string, Module[], string, string]>([
    ["no module after the encoder", [], "UNSUPPORTED_MODEL", "no module after the encoder"],
    ["no Dense that gives scores", [pooling, dense(8, 1)], "UNSUPPORTED_MODEL", '2_Dense gives "sentence_embedding"'],
    ["a pooling alone", [pooling], "UNSUPPORTED_MODEL", '1_Pooling gives "sentence_embedding"'],
    ["no pooling", [dense(8, 1, scores)], "UNSUPPORTED_MODEL", "base.modules.dense.Dense in 1_Dense"],
    ["two poolings", [pooling, pooling, dense(8, 1, scores)], "UNSUPPORTED_MODEL", "Pooling in 2_Pooling"],
    ["another module", [pooling, ["sentence_transformers.models.Normalize", {}]], "UNSUPPORTED_MODEL", "Normalize"],
    ["a module of the repository's own", [pooling, ["my_module.Dense", {}]], "UNSUPPORTED_MODEL", "my_module.Dense"],
    ["a wider input", [pooling, dense(16, 1, scores)], "INVALID_MODEL_FILE", "2_Dense/config.json: it must take 8"],
    [
      "a norm of another width",
      [pooling, dense(8, 4), ["LayerNorm", { dimension: 8 }]],
      "INVALID_MODEL_FILE",
      "take 4 numbers, as many as 2_Dense gives, got 8",
    ],
    [
      "a feature that no module gives",
      [pooling, dense(8, 1, { ...scores, module_input_name: "token_embeddings" })],
      "UNSUPPORTED_MODEL",
      '2_Dense must take "sentence_embedding", what 1_Pooling before it gives, got "token_embeddings"',
    ],
    [
      "a norm after the scores",
      [pooling, dense(8, 8, scores), ["LayerNorm", { dimension: 8 }]],
      "UNSUPPORTED_MODEL",
      '3_LayerNorm must take "scores"',
    ],
    [
      "labels without end",
      [pooling, dense(8, 1e9, scores)],
      "INVALID_MODEL_FILE",
      "out_features must be at most 65536",
    ],
    ["a size of nothing", [pooling, dense(0, 1, scores)], "INVALID_MODEL_FILE", "in_features"],
    ["a module without config", [pooling, ["Dense", undefined]], "INVALID_MODEL_FILE", "2_Dense"],
    [
      "a pooling that says no width",
      [["Pooling", {}], dense(8, 1, scores)],
      "INVALID_MODEL_FILE",
      "embedding_dimension",
    ],
    ["a folder elsewhere", [pooling, ["Dense", {}, "../2_Dense"]], "INVALID_MODEL_FILE", '"../2_Dense"'],
    ["the model's own folder", [pooling, ["Dense", {}, ""]], "INVALID_MODEL_FILE", 'got ""'],
    ["a folder twice", [pooling, dense(8, 8), ["Dense", {}, "2_Dense"]], "INVALID_MODEL_FILE", '"2_Dense"'],
  ])("is refused with %s", async (_, modules, code, message) => {
    const error = await thrownBy(() => read(...modules));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});
