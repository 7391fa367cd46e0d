import { z } from "zod";
import { contradiction, limits, parseConfig, requireSupported, size, type ConfigSource } from "../shared/index.js";
import { parseActivation, type Activation } from "./activation.js";

/** The shape of a sequence classifier of BERT's kind, from its `config.json`. */
export interface BertConfig {
  hiddenSize: number;
  /** Width of the embeddings: another than `hiddenSize` only in ELECTRA, which then projects them. */
  embeddingSize: number;
  headCount: number;
  layerCount: number;
  /** Width of the MLP's inner state. */
  intermediateSize: number;
  vocabularySize: number;
  labelCount: number;
  /** Rows of the position table. */
  positionRows: number;
  /** Id of the padding token if positions are counted from behind it, as RoBERTa does. */
  paddingId: number | undefined;
  /** Rows of the table of token types; 0 for a model without. */
  tokenTypeCount: number;
  /** Of the MLP. */
  activation: Activation;
  normEpsilon: number;
}

const sharedFields = {
  vocab_size: size,
  max_position_embeddings: size.max(limits.positions),
};

const bertSchema = z.looseObject({
  ...sharedFields,
  hidden_size: size,
  num_attention_heads: size,
  num_hidden_layers: size.max(limits.layers),
  intermediate_size: size,
  type_vocab_size: size.default(2),
  hidden_act: z.string().default("gelu"),
  layer_norm_eps: z.number().positive().default(1e-12),
  position_embedding_type: z.string().default("absolute"),
  is_decoder: z.boolean().default(false),
});

const robertaSchema = z.looseObject({ pad_token_id: z.int().nonnegative().default(1) });

const electraSchema = z.looseObject({ embedding_size: size.default(128) });

const distilBertSchema = z.looseObject({
  ...sharedFields,
  dim: size,
  n_heads: size,
  n_layers: size.max(limits.layers),
  hidden_dim: size,
  activation: z.string().default("gelu"),
});

/**
 * Reads a BERT `config.json`.
 *
 * @param json - The parsed file. Sizes must be in it, as they are in every file that transformers saved; other fields
 * have the defaults of transformers v5.0, configuration_bert.py.
 * @param model - Whose config it must be, for errors.
 * @throws {InvalidModelFileError} If a field has a wrong type or contradicts another.
 * @throws {UnsupportedModelError} If a field asks for something the graph does not do.
 */
export function parseBertConfig(json: unknown, { path, labelCount }: ConfigSource, model = "BERT"): BertConfig {
  const raw = parseConfig(bertSchema, json, { path, model });
  requireSupported("position_embedding_type", raw.position_embedding_type, ["absolute"]);
  requireSupported("is_decoder", raw.is_decoder, [false]);
  requireWholeHeads(path, { hidden_size: raw.hidden_size, num_attention_heads: raw.num_attention_heads });
  return {
    hiddenSize: raw.hidden_size,
    embeddingSize: raw.hidden_size,
    headCount: raw.num_attention_heads,
    layerCount: raw.num_hidden_layers,
    intermediateSize: raw.intermediate_size,
    vocabularySize: raw.vocab_size,
    labelCount,
    positionRows: raw.max_position_embeddings,
    paddingId: undefined,
    tokenTypeCount: raw.type_vocab_size,
    activation: parseActivation("hidden_act", raw.hidden_act),
    normEpsilon: raw.layer_norm_eps,
  };
}

/** Reads a RoBERTa or XLM-RoBERTa `config.json`: BERT's, and what counts positions. Throws as {@link parseBertConfig}. */
export function parseRobertaConfig(json: unknown, source: ConfigSource): BertConfig {
  const config = parseBertConfig(json, source, "RoBERTa");
  const { pad_token_id: paddingId } = parseConfig(robertaSchema, json, { path: source.path, model: "RoBERTa" });
  if (config.positionRows > paddingId + 1) return { ...config, paddingId };
  throw contradiction(
    source.path,
    `max_position_embeddings ${config.positionRows} must leave positions behind pad_token_id ${paddingId}`,
  );
}

/** Reads an ELECTRA `config.json`: BERT's, and the embeddings' width. Throws as {@link parseBertConfig}. */
export function parseElectraConfig(json: unknown, source: ConfigSource): BertConfig {
  const config = parseBertConfig(json, source, "ELECTRA");
  const { embedding_size: embeddingSize } = parseConfig(electraSchema, json, { path: source.path, model: "ELECTRA" });
  return { ...config, embeddingSize };
}

/** Reads a DistilBERT `config.json`, which has names of its own. Throws as {@link parseBertConfig}. */
export function parseDistilBertConfig(json: unknown, { path, labelCount }: ConfigSource): BertConfig {
  const raw = parseConfig(distilBertSchema, json, { path, model: "DistilBERT" });
  requireWholeHeads(path, { dim: raw.dim, n_heads: raw.n_heads });
  return {
    hiddenSize: raw.dim,
    embeddingSize: raw.dim,
    headCount: raw.n_heads,
    layerCount: raw.n_layers,
    intermediateSize: raw.hidden_dim,
    vocabularySize: raw.vocab_size,
    labelCount,
    positionRows: raw.max_position_embeddings,
    paddingId: undefined,
    tokenTypeCount: 0,
    activation: parseActivation("activation", raw.activation),
    // Not in the config: modeling_distilbert.py has it as a constant.
    normEpsilon: 1e-12,
  };
}

/** @param sizes - The hidden size, then the number of heads, by their fields' names. */
function requireWholeHeads(path: string, sizes: Readonly<Record<string, number>>): void {
  const [[width, hiddenSize], [heads, headCount]] = Object.entries(sizes) as [[string, number], [string, number]];
  if (hiddenSize % headCount === 0) return;
  throw contradiction(path, `${width} ${hiddenSize} must be a multiple of ${heads} ${headCount}`);
}
