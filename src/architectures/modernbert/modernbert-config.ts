import { z } from "zod";
import { inputSizeOf, type Head, type Pooling } from "../../head/index.js";
import { contradiction, limits, parseConfig, requireSupported, size, type ConfigSource } from "../shared/index.js";

/** How a layer attends: to every token of its document, or only to near ones. */
export type LayerKind = "global" | "local";

/** A ModernBERT encoder's shape and its head's, from its `config.json`. */
export interface ModernBertConfig {
  hiddenSize: number;
  headCount: number;
  /** Width of the MLP's inner state (half of what `Wi` gives out). */
  intermediateSize: number;
  vocabularySize: number;
  labelCount: number;
  maxPositions: number;
  /** One entry a layer, first to last. */
  layerKinds: readonly LayerKind[];
  /** How far a local layer looks to each side, in tokens. */
  localRadius: number;
  /** Base of the rotary frequencies, by layer kind. */
  ropeTheta: Readonly<Record<LayerKind, number>>;
  normEpsilon: number;
  /** What the names of the encoder's tensors begin with. */
  tensorPrefix: string;
  /** Of the classifier's own head. */
  pooling: Pooling;
  hasAttentionBias: boolean;
  hasMlpBias: boolean;
  hasNormBias: boolean;
  hasHeadBias: boolean;
  /** What stands in place of the classifier's own head. */
  savedHead?: Head | undefined;
}

/** A base below 1 makes angles grow with the frequency's index; one near 0 makes them infinite. */
const theta = z.number().min(1);

const layerType = z.enum(["full_attention", "sliding_attention"]);

/** `type` is the older spelling of `rope_type`; transformers still takes it. */
const ropeParameters = z.looseObject({
  rope_theta: theta.optional(),
  rope_type: z.string().optional(),
  type: z.string().optional(),
});

/** Defaults are those of transformers' `ModernBertConfig` (v5.0, configuration_modernbert.py). */
const configSchema = z.looseObject({
  hidden_size: size.default(768),
  num_attention_heads: size.default(12),
  num_hidden_layers: size.max(limits.layers).default(22),
  intermediate_size: size.default(1152),
  vocab_size: size.default(50368),
  max_position_embeddings: size.max(limits.positions).default(8192),
  hidden_activation: z.string().default("gelu"),
  classifier_activation: z.string().default("gelu"),
  classifier_pooling: z.string().default("cls"),
  norm_eps: z.number().positive().default(1e-5),
  norm_bias: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  classifier_bias: z.boolean().default(false),
  local_attention: size.default(128),
  global_attn_every_n_layers: size.default(3),
  layer_types: z.array(layerType).nullish(),
  global_rope_theta: theta.default(160_000),
  local_rope_theta: theta.nullish().default(10_000),
  rope_scaling: ropeParameters.nullish(),
  rope_parameters: z
    .looseObject({ full_attention: ropeParameters.nullish(), sliding_attention: ropeParameters.nullish() })
    .nullish(),
});

type RawConfig = z.infer<typeof configSchema>;

/**
 * Reads a ModernBERT `config.json`, a classifier's or the encoder's of a chain of modules.
 *
 * Rotary bases may stand under the old keys (`global_rope_theta`, `local_rope_theta`) or the new one
 * (`rope_parameters`, which wins); layer kinds under `layer_types`, which wins, or `global_attn_every_n_layers`.
 *
 * @param json - The parsed file.
 * @throws {InvalidModelFileError} If a field has a wrong type or contradicts another.
 * @throws {UnsupportedModelError} If a field asks for something the graph does not do.
 */
export function parseModernBertConfig(json: unknown, source: ConfigSource): ModernBertConfig {
  const { path } = source;
  const raw = parseConfig(configSchema, json, { path, model: "ModernBERT" });
  requireSupported("hidden_activation", raw.hidden_activation, ["gelu"]);
  if (source.head === undefined) {
    requireSupported("classifier_activation", raw.classifier_activation, ["gelu"]);
    requireSupported("classifier_pooling", raw.classifier_pooling, ["mean", "cls"]);
  } else {
    requireWidth(source.head, raw.hidden_size, path);
  }
  if (raw.hidden_size % (2 * raw.num_attention_heads) !== 0) {
    const expected = "an even size for each head";
    throw contradiction(
      path,
      `hidden_size ${raw.hidden_size} must give num_attention_heads ${raw.num_attention_heads} ${expected}`,
    );
  }
  return {
    hiddenSize: raw.hidden_size,
    headCount: raw.num_attention_heads,
    intermediateSize: raw.intermediate_size,
    vocabularySize: raw.vocab_size,
    labelCount: source.labelCount,
    maxPositions: raw.max_position_embeddings,
    layerKinds: layerKinds(raw, path),
    localRadius: Math.floor(raw.local_attention / 2),
    ropeTheta: ropeTheta(raw),
    normEpsilon: raw.norm_eps,
    tensorPrefix: source.head === undefined ? "model." : "",
    pooling: raw.classifier_pooling as Pooling,
    hasAttentionBias: raw.attention_bias,
    hasMlpBias: raw.mlp_bias,
    hasNormBias: raw.norm_bias,
    hasHeadBias: raw.classifier_bias,
    ...(source.head && { savedHead: source.head }),
  };
}

function layerKinds(raw: RawConfig, path: string): LayerKind[] {
  if (!raw.layer_types) {
    return Array.from({ length: raw.num_hidden_layers }, (_, index) =>
      index % raw.global_attn_every_n_layers === 0 ? "global" : "local",
    );
  }
  if (raw.layer_types.length !== raw.num_hidden_layers) {
    throw contradiction(
      path,
      `layer_types has ${raw.layer_types.length} entries, num_hidden_layers is ${raw.num_hidden_layers}`,
    );
  }
  return raw.layer_types.map((type) => (type === "full_attention" ? "global" : "local"));
}

function ropeTheta(raw: RawConfig): Record<LayerKind, number> {
  const { full_attention: global, sliding_attention: local } = raw.rope_parameters ?? {};
  const fields = {
    "rope_scaling.rope_type": raw.rope_scaling,
    "rope_parameters.full_attention.rope_type": global,
    "rope_parameters.sliding_attention.rope_type": local,
  };
  for (const [field, parameters] of Object.entries(fields)) {
    requireSupported(field, parameters?.rope_type ?? parameters?.type ?? "default", ["default"]);
  }
  return {
    global: global?.rope_theta ?? raw.global_rope_theta,
    local: local?.rope_theta ?? raw.local_rope_theta ?? raw.global_rope_theta,
  };
}

/** Nothing else says how wide the first step's input is: a head's own weights go with its own sizes. */
function requireWidth({ steps: [first] }: Head, hiddenSize: number, path: string): void {
  if (first === undefined || inputSizeOf(first) === hiddenSize) return;
  const actual = `${first.name} takes ${inputSizeOf(first)}`;
  throw contradiction(path, `hidden_size is ${hiddenSize}, but the chain's ${actual}`);
}
