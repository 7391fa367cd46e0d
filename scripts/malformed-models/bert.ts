/** What BERT and its like can have wrong beyond what any model can: fields of their config, token types, their tensors. */
import { setField } from "./damaged-json.js";
import { damagedFiles, edit, type MalformedModel, type Refusal } from "./malformed-model.js";
import { resized, reweighted } from "./wrong-tensors.js";

const source = "tiny-bert";

export function* wrongBerts(): Generator<MalformedModel> {
  yield* wrongSizes();
  yield* unsupportedValues();
  yield* otherArchitectures();
  yield* wrongTokenizers();
  yield* wrongTensors();
}

function* wrongSizes(): Generator<MalformedModel> {
  const impossible = { text: '"32"', zero: "0", fraction: "4.5", huge: "1e300", null: "null" };
  const fields = ["hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "vocab_size"];
  for (const field of [...fields, "max_position_embeddings", "type_vocab_size"]) {
    yield* withField(field, impossible, { code: "INVALID_MODEL_FILE", culprit: field });
  }
  yield* withField(
    "num_attention_heads",
    { "no-divisor": "5", "more-than-numbers": "64" },
    invalid("num_attention_heads"),
  );
  yield* withField("num_hidden_layers", { "one-more": "3", hundreds: "900" }, missing("encoder.layer.2"));
  yield* withField("num_hidden_layers", { "one-less": "1" }, invalid("encoder.layer.1"));
  yield* withField("num_hidden_layers", { "beyond-memory": "1e9" }, invalid("num_hidden_layers"));
  yield* withField("intermediate_size", { "one-more": "65" }, mismatched("intermediate.dense"));
  yield* withField("max_position_embeddings", { "one-more": "513" }, mismatched("position_embeddings"));
  yield* withField("type_vocab_size", { three: "3" }, mismatched("token_type_embeddings"));
  yield* withField("type_vocab_size", { one: "1" }, mismatched("token_type_embeddings"));
  yield* withField("layer_norm_eps", { zero: "0", text: '"1e-12"' }, invalid("layer_norm_eps"));
}

function* unsupportedValues(): Generator<MalformedModel> {
  const positions = { relative: '"relative_key"', "relative-both": '"relative_key_query"', blank: '""' };
  yield* withField("position_embedding_type", positions, unsupported("position_embedding_type"));
  yield* withField("hidden_act", { silu: '"silu"', proto: '"__proto__"' }, unsupported("hidden_act"));
  yield* withField("is_decoder", { true: "true" }, unsupported("is_decoder"));
}

/** The weights are BERT's. */
function* otherArchitectures(): Generator<MalformedModel> {
  const names = { roberta: '["RobertaForSequenceClassification"]', electra: '["ElectraForSequenceClassification"]' };
  yield* withField("architectures", names, missing("embeddings"));
  const distil = { distilbert: '["DistilBertForSequenceClassification"]' };
  yield* withField("architectures", distil, invalid("n_heads"));
  const refusal = invalid("pad_token_id");
  yield damagedFiles(
    "bert-roberta-without-positions",
    refusal,
    (files) =>
      edit(files, "config.json", (bytes) => {
        const roberta = setField(bytes, "architectures", names.roberta);
        return setField(Buffer.from(roberta), "pad_token_id", "511");
      }),
    source,
  );
}

function* wrongTokenizers(): Generator<MalformedModel> {
  yield damagedFiles(
    "bert-token-type-beyond-table",
    invalid("token type"),
    (files) => edit(files, "tokenizer.json", (bytes) => bytes.toString().replaceAll(/"type_id": ?1/g, '"type_id":2')),
    source,
  );
  yield damagedFiles(
    "bert-vocabulary-text-only",
    { code: "MODEL_NOT_FOUND", culprit: "vocab.txt" },
    (files) => {
      files.delete("tokenizer.json");
      files.set("vocab.txt", Buffer.from("[PAD]\n[UNK]\n"));
    },
    source,
  );
}

function* wrongTensors(): Generator<MalformedModel> {
  const lost = ["bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight"];
  for (const tensor of [...lost, "bert.embeddings.token_type_embeddings.weight"]) {
    yield reweighted(
      `bert-without-${tensor}`,
      missing(tensor),
      (weights) => resized(weights, tensor, undefined),
      source,
    );
  }
  const shapes: Readonly<Record<string, number[]>> = {
    "bert.pooler.dense.weight": [32, 64],
    "bert.embeddings.position_embeddings.weight": [32, 512],
    "bert.encoder.layer.0.attention.self.query.bias": [16],
  };
  for (const [tensor, shape] of Object.entries(shapes)) {
    const byteLength = shape.reduce((product, size) => product * size, 4);
    const change = { shape, byteLength };
    yield reweighted(
      `bert-shape-of-${tensor}`,
      mismatched(tensor),
      (weights) => resized(weights, tensor, change),
      source,
    );
  }
  yield reweighted(
    "bert-norm-twice",
    invalid("LayerNorm.gamma"),
    ({ header }) => {
      const name = "bert.embeddings.LayerNorm";
      return { header: { ...header, [`${name}.gamma`]: { dtype: "F32", shape: [0], data_offsets: [0, 0] } } };
    },
    source,
  );
}

function invalid(culprit: string): Refusal {
  return { code: "INVALID_MODEL_FILE", culprit };
}

function unsupported(culprit: string): Refusal {
  return { code: "UNSUPPORTED_MODEL", culprit };
}

function missing(culprit: string): Refusal {
  return { code: "TENSOR_NOT_FOUND", culprit };
}

function mismatched(culprit: string): Refusal {
  return { code: "SHAPE_MISMATCH", culprit };
}

function* withField(
  field: string,
  values: Readonly<Record<string, string>>,
  refusal: Refusal,
): Generator<MalformedModel> {
  for (const [flaw, json] of Object.entries(values)) {
    const change = (bytes: Buffer) => setField(bytes, field, json);
    yield damagedFiles(`bert-${field}-${flaw}`, refusal, (files) => edit(files, "config.json", change), source);
  }
}
