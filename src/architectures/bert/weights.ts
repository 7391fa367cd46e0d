import type { WeightShapes } from "../shared/index.js";
import type { BertConfig } from "./bert-config.js";
import type { BertFamily } from "./families.js";

/** Full names of the embeddings' tables and layers. */
export interface EmbeddingNames {
  words: string;
  positions: string;
  tokenTypes: string;
  norm: string;
  projection: string;
}

export function embeddingNames({ prefix }: BertFamily): EmbeddingNames {
  return {
    words: `${prefix}.embeddings.word_embeddings.weight`,
    positions: `${prefix}.embeddings.position_embeddings.weight`,
    tokenTypes: `${prefix}.embeddings.token_type_embeddings.weight`,
    norm: `${prefix}.embeddings.LayerNorm`,
    projection: `${prefix}.embeddings_project`,
  };
}

/** Every tensor that a checkpoint must hold, and no other. Matrices are `[out, in]`. */
export function bertWeightShapes(family: BertFamily, config: BertConfig): WeightShapes {
  const { hiddenSize, embeddingSize, intermediateSize } = config;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, outputSize: number, inputSize: number) => {
    shapes.set(`${name}.weight`, [outputSize, inputSize]).set(`${name}.bias`, [outputSize]);
  };
  const norm = (name: string, width: number) => {
    shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  };

  const names = embeddingNames(family);
  shapes.set(names.words, [config.vocabularySize, embeddingSize]);
  shapes.set(names.positions, [config.positionRows, embeddingSize]);
  if (config.tokenTypeCount > 0) shapes.set(names.tokenTypes, [config.tokenTypeCount, embeddingSize]);
  norm(names.norm, embeddingSize);
  if (embeddingSize !== hiddenSize) linear(names.projection, hiddenSize, embeddingSize);
  for (let index = 0; index < config.layerCount; index++) {
    const layer = family.layer(index);
    for (const name of [layer.query, layer.key, layer.value, layer.attentionOutput]) {
      linear(name, hiddenSize, hiddenSize);
    }
    norm(layer.attentionNorm, hiddenSize);
    linear(layer.mlpInput, intermediateSize, hiddenSize);
    linear(layer.mlpOutput, hiddenSize, intermediateSize);
    norm(layer.outputNorm, hiddenSize);
  }
  linear(family.head.dense, hiddenSize, hiddenSize);
  linear(family.head.output, config.labelCount, hiddenSize);
  return shapes;
}

/** Norms' names in checkpoints of before 2019's end, which transformers still reads. */
const oldNormNames: Readonly<Record<string, string>> = { gamma: "weight", beta: "bias" };

/**
 * The name of a tensor that a checkpoint holds, in {@link bertWeightShapes}; `undefined` for what a model has no use
 * for, and the reference leaves out too: the positions' numbers (transformers before 4.31 saved them), and the pooler
 * of an encoder whose head has its own.
 */
export function canonicalName({ prefix, head }: BertFamily, stored: string): string | undefined {
  if (stored === `${prefix}.embeddings.position_ids`) return undefined;
  const pooler = `${prefix}.pooler.`;
  if (stored.startsWith(pooler) && !head.dense.startsWith(pooler)) return undefined;
  return stored.replace(/(?<=\.LayerNorm\.)(?:gamma|beta)$/, (name) => oldNormNames[name] as string);
}
