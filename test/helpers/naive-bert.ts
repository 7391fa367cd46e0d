/**
 * BERT and RoBERTa for sequence classification as their papers and transformers' code define them, in float64, one
 * number after another: what the graphs are compared with where there are no numbers of the reference. Shares nothing
 * with `src`.
 *
 * Reference: transformers v5.0, modeling_bert.py, modeling_roberta.py, modeling_electra.py, modeling_distilbert.py
 */

/** A checkpoint's tensors by name, as they are saved. */
export type NaiveWeights = ReadonlyMap<string, { shape: readonly number[]; data: ArrayLike<number> }>;

/** What differs between the models. */
export interface NaiveModel {
  weights: NaiveWeights;
  prefix: "bert" | "roberta" | "electra" | "distilbert";
  layerCount: number;
  headCount: number;
  normEpsilon: number;
  activation: "gelu" | "gelu_new" | "relu";
  paddingId?: number;
}

type Vector = number[];

/** Logits of one pair. */
export function naiveLogits(model: NaiveModel, inputIds: readonly number[], tokenTypeIds?: readonly number[]): Vector {
  const read = readerOf(model.weights);
  const layerName = model.prefix === "distilbert" ? "distilbert.transformer.layer" : `${model.prefix}.encoder.layer`;
  let states = embed(model, inputIds, tokenTypeIds ?? inputIds.map(() => 0));
  for (let index = 0; index < model.layerCount; index++) {
    const names = partsOf(`${layerName}.${index}`, model.prefix === "distilbert");
    const attended = attend(read, names, states, model.headCount).map((state) => read.linear(names.output, state));
    states = states.map((state, token) =>
      read.norm(names.attentionNorm, sum(state, attended[token] ?? []), model.normEpsilon),
    );
    states = states.map((state) => {
      const inner = read.linear(names.inner, state).map(activations[model.activation]);
      return read.norm(names.outerNorm, sum(state, read.linear(names.outer, inner)), model.normEpsilon);
    });
  }
  return classify(model, read, states[0] ?? []);
}

function classify({ prefix }: NaiveModel, read: Reader, first: Vector): Vector {
  if (prefix === "bert") return read.linear("classifier", read.linear("bert.pooler.dense", first).map(Math.tanh));
  if (prefix === "distilbert") {
    return read.linear("classifier", read.linear("pre_classifier", first).map(activations.relu));
  }
  const activation = prefix === "electra" ? activations.gelu : Math.tanh;
  return read.linear("classifier.out_proj", read.linear("classifier.dense", first).map(activation));
}

function embed(model: NaiveModel, ids: readonly number[], types: readonly number[]): Vector[] {
  const { weights, prefix, normEpsilon, paddingId } = model;
  const read = readerOf(weights);
  let position = paddingId ?? -1;
  return ids.map((id, place) => {
    if (id !== paddingId) position += 1;
    const row = id === paddingId ? paddingId : position;
    let state = sum(
      read.row(`${prefix}.embeddings.word_embeddings.weight`, id),
      read.row(`${prefix}.embeddings.position_embeddings.weight`, row),
    );
    const typeTable = `${prefix}.embeddings.token_type_embeddings.weight`;
    if (weights.has(typeTable)) state = sum(state, read.row(typeTable, types[place] ?? 0));
    const normed = read.norm(`${prefix}.embeddings.LayerNorm`, state, normEpsilon);
    const projection = `${prefix}.embeddings_project`;
    return weights.has(`${projection}.weight`) ? read.linear(projection, normed) : normed;
  });
}

function attend(read: Reader, names: ReturnType<typeof partsOf>, states: Vector[], headCount: number): Vector[] {
  const [queries, keys, values] = [names.query, names.key, names.value].map((name) =>
    states.map((state) => read.linear(name, state)),
  ) as [Vector[], Vector[], Vector[]];
  const headSize = (states[0]?.length ?? 0) / headCount;
  return queries.map((query) =>
    query.map((_, place) => {
      const start = Math.floor(place / headSize) * headSize;
      const head = (vector: Vector) => vector.slice(start, start + headSize);
      const shares = softmax(keys.map((key) => dot(head(query), head(key)) / Math.sqrt(headSize)));
      return values.reduce((total, value, token) => total + (shares[token] ?? 0) * (value[place] ?? 0), 0);
    }),
  );
}

function partsOf(layer: string, isDistilBert: boolean) {
  if (isDistilBert) {
    return {
      query: `${layer}.attention.q_lin`,
      key: `${layer}.attention.k_lin`,
      value: `${layer}.attention.v_lin`,
      output: `${layer}.attention.out_lin`,
      attentionNorm: `${layer}.sa_layer_norm`,
      inner: `${layer}.ffn.lin1`,
      outer: `${layer}.ffn.lin2`,
      outerNorm: `${layer}.output_layer_norm`,
    };
  }
  return {
    query: `${layer}.attention.self.query`,
    key: `${layer}.attention.self.key`,
    value: `${layer}.attention.self.value`,
    output: `${layer}.attention.output.dense`,
    attentionNorm: `${layer}.attention.output.LayerNorm`,
    inner: `${layer}.intermediate.dense`,
    outer: `${layer}.output.dense`,
    outerNorm: `${layer}.output.LayerNorm`,
  };
}

type Reader = ReturnType<typeof readerOf>;

function readerOf(weights: NaiveWeights) {
  const tensor = (name: string) => {
    const found = weights.get(name);
    if (found === undefined) throw new RangeError(`there is no ${name}`);
    return found;
  };
  const row = (name: string, index: number): Vector => {
    const { shape, data } = tensor(name);
    const width = shape[1] ?? NaN;
    return Array.from({ length: width }, (_, column) => data[index * width + column] ?? NaN);
  };
  const vector = (name: string): Vector => Array.from(tensor(name).data);
  return {
    row,
    linear: (name: string, input: Vector): Vector =>
      vector(`${name}.bias`).map((bias, output) => bias + dot(row(`${name}.weight`, output), input)),
    norm: (name: string, input: Vector, epsilon: number): Vector => {
      const mean = input.reduce((total, value) => total + value, 0) / input.length;
      const variance = input.reduce((total, value) => total + (value - mean) ** 2, 0) / input.length;
      const [scale, shift] = [vector(`${name}.weight`), vector(`${name}.bias`)];
      return input.map(
        (value, index) =>
          ((value - mean) / Math.sqrt(variance + epsilon)) * (scale[index] ?? NaN) + (shift[index] ?? NaN),
      );
    },
  };
}

const activations = {
  gelu: (x: number) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  gelu_new: (x: number) => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2,
  relu: (x: number) => Math.max(x, 0),
};

/** By its power series, which has lost no more than ten digits at 4; beyond, erf is ±1 to eight digits. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let [term, total] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    term *= -(x ** 2) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

function softmax(scores: Vector): Vector {
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const total = exponentials.reduce((left, right) => left + right, 0);
  return exponentials.map((value) => value / total);
}

function dot(left: Vector, right: Vector): number {
  return left.reduce((total, value, index) => total + value * (right[index] ?? NaN), 0);
}

function sum(left: Vector, right: Vector): Vector {
  return left.map((value, index) => value + (right[index] ?? NaN));
}
