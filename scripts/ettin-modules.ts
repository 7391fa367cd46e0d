/** The files and weights of a head of modules, as cross-encoder/ettin-reranker-* have it. */

const types = {
  transformer: "sentence_transformers.base.modules.transformer.Transformer",
  pooling: "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
  dense: "sentence_transformers.base.modules.dense.Dense",
  norm: "sentence_transformers.sentence_transformer.modules.layer_norm.LayerNorm",
};

/** A folder of a module that has weights. */
export interface ModuleWeights {
  folder: string;
  shapes: ReadonlyMap<string, readonly number[]>;
}

/** Everything beside the encoder's own files. */
export interface SavedChain {
  /** By path in the model's folder. */
  jsonFiles: Readonly<Record<string, object>>;
  weights: readonly ModuleWeights[];
}

/** A head on an encoder of this width: pooling by cls, Dense with GELU, LayerNorm, Dense to one score. */
export function ettinModules(width: number): SavedChain {
  const path = (folder: string, type: string) => ({ path: folder, type });
  const sizes = { in_features: width, module_input_name: "sentence_embedding" };
  const gelu = { activation_function: "torch.nn.modules.activation.GELU", module_output_name: "sentence_embedding" };
  const last = { activation_function: "torch.nn.modules.linear.Identity", module_output_name: "scores" };
  const weight = "linear.weight";
  return {
    jsonFiles: {
      "modules.json": [
        path("", types.transformer),
        path("1_Pooling", types.pooling),
        path("2_Dense", types.dense),
        path("3_LayerNorm", types.norm),
        path("4_Dense", types.dense),
      ].map((module, idx) => ({ idx, name: String(idx), ...module })),
      "config_sentence_transformers.json": {
        activation_fn: "torch.nn.modules.linear.Identity",
        default_prompt_name: null,
        model_type: "CrossEncoder",
        prompts: {},
      },
      "sentence_bert_config.json": { transformer_task: "feature-extraction" },
      "1_Pooling/config.json": { embedding_dimension: width, pooling_mode: "cls", include_prompt: true },
      "2_Dense/config.json": { ...sizes, out_features: width, bias: false, ...gelu },
      "3_LayerNorm/config.json": { dimension: width },
      "4_Dense/config.json": { ...sizes, out_features: 1, bias: true, ...last },
    },
    weights: [
      { folder: "2_Dense", shapes: new Map([[weight, [width, width]]]) },
      { folder: "3_LayerNorm", shapes: new Map(["norm.weight", "norm.bias"].map((name) => [name, [width]])) },
      {
        folder: "4_Dense",
        shapes: new Map([
          [weight, [1, width]],
          ["linear.bias", [1]],
        ]),
      },
    ],
  };
}
