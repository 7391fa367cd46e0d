/** `config.json`: missing, no JSON, or with a field that is no value, an impossible one, or one at odds with the weights. */
import { brokenJson, editJson, setField, type JsonObject } from "./damaged-json.js";
import { damagedFiles, edit, type MalformedModel, type Refusal, type SoundModel } from "./malformed-model.js";

const fileName = "config.json";

export function* wrongConfigs(): Generator<MalformedModel> {
  yield damagedFiles("config-missing", { code: "MODEL_NOT_FOUND", culprit: fileName }, (files) =>
    files.delete(fileName),
  );
  for (const [flaw, spoil] of [...brokenJson, ["list", () => "[]"] as const]) {
    yield damagedFiles(`config-${flaw}`, invalid(fileName), (files) => edit(files, fileName, spoil));
  }
  yield* impossibleSizes();
  yield* otherSizes();
  yield* wrongTypes();
  yield* unsupportedValues();
  yield* wrongArchitectures();
  yield* wrongLabels();
  yield* wrongLayers();
  yield* wrongRotation();
  yield* hostileKeys();
}

/** JSON of what no size of a network can be. */
const impossible = { text: '"32"', zero: "0" };

/** The same, for fields that are checked early and so at little cost. */
const allImpossible = {
  ...impossible,
  fraction: "4.5",
  "beyond-2^53": "1e300",
  null: "null",
  negative: "-4",
  infinite: "1e999",
  true: "true",
  list: "[4]",
  object: "{}",
};

function* impossibleSizes(): Generator<MalformedModel> {
  yield* withField("hidden_size", allImpossible, invalid("hidden_size"));
  yield* withField("max_position_embeddings", allImpossible, invalid("max_position_embeddings"));
  const fields = [
    "num_attention_heads",
    "num_hidden_layers",
    "intermediate_size",
    "vocab_size",
    "local_attention",
    "global_attn_every_n_layers",
  ];
  for (const field of fields) yield* withField(field, impossible, invalid(field));
}

/** Numbers that could be a size, but not this model's. */
function* otherSizes(): Generator<MalformedModel> {
  const tooLarge = { huge: "1e9" };
  yield* withField("hidden_size", { odd: "33", "largest-integer": "9007199254740991" }, invalid("hidden_size"));
  yield* withField(
    "hidden_size",
    { half: "16", "largest-even-integer": "9007199254740984", ...tooLarge },
    mismatched("Tensor"),
  );
  yield* withField(
    "num_attention_heads",
    { "no-divisor": "5", "one-number-each": "32", ...tooLarge },
    invalid("num_attention_heads"),
  );
  yield* withField("intermediate_size", { "one-more": "49", ...tooLarge }, mismatched("mlp"));
  yield* withField("vocab_size", { "one-more": "421", "one-less": "419", ...tooLarge }, mismatched("tok_embeddings"));
  yield* withField(
    "max_position_embeddings",
    { ...tooLarge, "largest-integer": "9007199254740991", unlimited: "-1" },
    invalid("max_position_embeddings"),
  );
  yield* withField(
    "max_position_embeddings",
    { "fewer-than-special-tokens": "2" },
    { code: "INVALID_OPTIONS", culprit: "max_position_embeddings" },
  );
  yield edited("all-defaults", { code: "TENSOR_NOT_FOUND", culprit: "model.layers.4" }, (config) => {
    const kept = new Set(["architectures", "id2label"]);
    omit(
      config,
      Object.keys(config).filter((field) => !kept.has(field)),
    );
  });
}

function* wrongTypes(): Generator<MalformedModel> {
  const notText = { number: "1", null: "null" };
  yield* withField("hidden_activation", notText, invalid("hidden_activation"));
  yield* withField("classifier_activation", notText, invalid("classifier_activation"));
  yield* withField("classifier_pooling", notText, invalid("classifier_pooling"));
  for (const field of ["norm_bias", "attention_bias", "mlp_bias", "classifier_bias"]) {
    yield* withField(field, { text: '"false"' }, invalid(field));
    yield* withField(field, { "without-tensors": "true" }, { code: "TENSOR_NOT_FOUND", culprit: ".bias" });
  }
  const epsilons = { text: '"1e-5"', zero: "0", infinite: "1e999" };
  yield* withField("norm_eps", epsilons, invalid("norm_eps"));
  const library = {
    text: '"4.0.1"',
    list: "[]",
    "activation-number": '{"activation_fn": 1}',
    "activation-object": '{"activation_fn": {}}',
  };
  yield* withField("sentence_transformers", library, invalid("sentence_transformers"));
  const legacy = "sbert_ce_default_activation_function";
  yield* withField(legacy, { number: "1", object: "{}" }, invalid(legacy));
}

function* unsupportedValues(): Generator<MalformedModel> {
  const relu = {
    relu: '"relu"',
    approximate: '"gelu_new"',
    constructor: '"constructor"',
  };
  yield* withField("hidden_activation", relu, unsupported("hidden_activation"));
  yield* withField("classifier_activation", { silu: '"silu"' }, unsupported("classifier_activation"));
  yield* withField(
    "classifier_pooling",
    { max: '"max"', blank: '""', proto: '"__proto__"' },
    unsupported("classifier_pooling"),
  );
  const legacy = "sbert_ce_default_activation_function";
  const activations = {
    relu: '"torch.nn.modules.activation.ReLU"',
    nothing: '"torch."',
    constructor: '"torch.constructor"',
  };
  yield* withField(legacy, activations, unsupported(legacy), { without: ["sentence_transformers"] });
}

function* wrongArchitectures(): Generator<MalformedModel> {
  const field = "architectures";
  const malformed = {
    text: '"ModernBertForSequenceClassification"',
    number: "1",
    object: "{}",
    "numbers-in-it": "[1]",
    "null-in-it": "[null]",
  };
  yield* withField(field, malformed, invalid(field));
  const others = {
    null: "null",
    empty: "[]",
    blank: '[""]',
    encoder: '["ModernBertModel"]',
    "masked-lm": '["ModernBertForMaskedLM"]',
    "causal-lm": '["Qwen3ForCausalLM"]',
    "other-classifier": '["DebertaV2ForSequenceClassification"]',
    "token-classifier": '["ModernBertForTokenClassification"]',
    proto: '["__proto__"]',
    constructor: '["constructorForSequenceClassification"]',
  };
  yield* withField(field, others, unsupported(field));
  yield edited("architectures-absent", unsupported(field), (config) => omit(config, [field]));
}

function* wrongLabels(): Generator<MalformedModel> {
  const field = "id2label";
  const malformed = {
    text: '"LABEL_0"',
    number: "3",
    list: '["a", "b", "c"]',
    "numbers-in-it": '{"0": 0, "1": 1, "2": 2}',
    "null-in-it": '{"0": null, "1": "b", "2": "c"}',
    "key-name": '{"LABEL_0": "a", "LABEL_1": "b", "LABEL_2": "c"}',
    "key-negative": '{"-1": "a", "0": "b", "1": "c"}',
    "key-fraction": '{"0.5": "a", "1": "b", "2": "c"}',
    "key-blank": '{"": "a", "1": "b", "2": "c"}',
    "key-constructor": '{"constructor": "a", "1": "b", "2": "c"}',
  };
  const source = "tiny-nli";
  yield* withField(field, malformed, invalid(field), { source });
  const counts = { "too-few": labels(2), "too-many": labels(4), "far-too-many": labels(100_000) };
  yield* withField(field, counts, mismatched("classifier"), { source });
  const withoutNames = { source, without: [field] } as const;
  const numbers = { ...allImpossible, "negative-zero": "-0", huge: "1e9", "2^32": "4294967296" };
  yield* withField("num_labels", numbers, invalid("num_labels"), withoutNames);
  yield* withField("num_labels", { "too-many": "100" }, mismatched("classifier"), withoutNames);
}

function labels(count: number): string {
  return JSON.stringify(Object.fromEntries(Array<string>(count).fill("label").entries()));
}

function* wrongLayers(): Generator<MalformedModel> {
  const [types, count] = ["layer_types", "num_hidden_layers"];
  const malformed = {
    text: '"full_attention"',
    object: '{"0": "full_attention"}',
    "numbers-in-it": "[0, 1, 1, 0]",
    "unknown-in-it": '["full_attention", "chunked_attention", "sliding_attention", "full_attention"]',
    "too-short": '["full_attention"]',
    "too-long": JSON.stringify(Array(5).fill("full_attention")),
    "far-too-long": JSON.stringify(Array(100_000).fill("full_attention")),
  };
  yield* withField(types, malformed, invalid(types));
  const withoutTypes = { without: [types] };
  yield* withField(count, { three: "3" }, invalid("model.layers.3"), withoutTypes);
  yield* withField(count, { one: "1" }, invalid("model.layers.1"), withoutTypes);
  yield* withField(
    count,
    { five: "5", hundreds: "900" },
    { code: "TENSOR_NOT_FOUND", culprit: "model.layers.4" },
    withoutTypes,
  );
  const tooMany = { "10^9": "1e9", "10^15": "1e15" };
  yield* withField(count, tooMany, invalid(count), withoutTypes);
  yield edited("layers-beyond-memory-in-types", invalid(count), (config) => Object.assign(config, { [count]: 1e9 }));
}

function* wrongRotation(): Generator<MalformedModel> {
  const field = "rope_parameters";
  const malformed = {
    text: '"default"',
    "text-in-it": '{"full_attention": "default"}',
    "theta-text": '{"full_attention": {"rope_theta": "160000"}}',
    "theta-negative": '{"sliding_attention": {"rope_theta": -10000}}',
    "theta-tiny": '{"full_attention": {"rope_theta": 1e-300}}',
    "theta-null": '{"full_attention": {"rope_theta": null}}',
    "type-number": '{"full_attention": {"rope_theta": 10000, "rope_type": 1}}',
  };
  yield* withField(field, malformed, invalid(field));
  const others = { yarn: '"yarn"', blank: '""', proto: '"__proto__"' };
  for (const [flaw, type] of Object.entries(others)) {
    const json = `{"full_attention": {"rope_theta": 160000, "rope_type": ${type}, "factor": 4}}`;
    yield* withField(field, { [`type-${flaw}`]: json }, unsupported("rope_type"));
  }
  yield* withField("rope_scaling", { "type-yarn": '{"type": "yarn", "factor": 4}' }, unsupported("rope_scaling"));
  const thetas = { text: '"160000"', tiny: "1e-300" };
  for (const theta of ["global_rope_theta", "local_rope_theta"]) {
    yield* withField(theta, thetas, invalid(theta), { without: [field] });
  }
}

function* hostileKeys(): Generator<MalformedModel> {
  const rewritten = (flaw: string, refusal: Refusal, change: (config: string) => string) =>
    damagedFiles(`config-${flaw}`, refusal, (files) => edit(files, fileName, (bytes) => change(bytes.toString())));
  yield rewritten("all-under-proto", unsupported("architectures"), (config) => `{"__proto__": ${config}}`);
  yield rewritten("all-under-constructor", unsupported("architectures"), (config) => `{"constructor": ${config}}`);
  yield rewritten("all-in-a-list", invalid(fileName), (config) => `[${config}]`);
  yield rewritten("size-twice", mismatched("Tensor"), (config) => config.replace(/\}\s*$/, ', "hidden_size": 64}'));
}

function invalid(culprit: string): Refusal {
  return { code: "INVALID_MODEL_FILE", culprit };
}

function unsupported(culprit: string): Refusal {
  return { code: "UNSUPPORTED_MODEL", culprit };
}

function mismatched(culprit: string): Refusal {
  return { code: "SHAPE_MISMATCH", culprit };
}

function edited(name: string, refusal: Refusal, change: (config: JsonObject) => void): MalformedModel {
  return damagedFiles(`config-${name}`, refusal, (files) => edit(files, fileName, editJson(change)));
}

interface FieldOptions {
  /** Fields to leave out, because they would win over the one that is set. */
  without?: readonly string[];
  source?: SoundModel;
}

/** Models whose config has one field set, to each of the values given as JSON text. */
function* withField(
  field: string,
  values: Readonly<Record<string, string>>,
  refusal: Refusal,
  { without = [], source }: FieldOptions = {},
): Generator<MalformedModel> {
  const omitted = editJson((config) => omit(config, without));
  for (const [flaw, json] of Object.entries(values)) {
    const change = (bytes: Buffer) => setField(Buffer.from(omitted(bytes)), field, json);
    yield damagedFiles(`config-${field}-${flaw}`, refusal, (files) => edit(files, fileName, change), source);
  }
}

function omit(config: JsonObject, fields: readonly string[]): void {
  for (const field of fields) Reflect.deleteProperty(config, field);
}
