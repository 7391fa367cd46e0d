/** The small files beside `config.json`: of the tokenizer, and of sentence-transformers. */
import { brokenJson, setField } from "./damaged-json.js";
import { damagedFiles, edit, type MalformedModel, type ModelFiles, type Refusal } from "./malformed-model.js";

const tokenizerName = "tokenizer_config.json";
const modulesName = "modules.json";
const pipelineName = "config_sentence_transformers.json";
const transformerName = "sentence_bert_config.json";

/** As sentence-transformers 5.4 and later save them. */
const savedFiles = {
  [modulesName]: [{ idx: 0, name: "0", path: "", type: "sentence_transformers.base.modules.transformer.Transformer" }],
  [pipelineName]: { model_type: "CrossEncoder", prompts: {}, default_prompt_name: null, activation_fn: null },
  [transformerName]: { transformer_task: "sequence-classification", max_seq_length: 512 },
};

export function* wrongSettings(): Generator<MalformedModel> {
  for (const file of [tokenizerName, pipelineName, transformerName]) {
    for (const [flaw, spoil] of [...brokenJson, ["list", () => "[]"] as const])
      yield saved(file, flaw, invalid(file), spoil);
  }
  for (const [flaw, spoil] of brokenJson.filter(([name]) => !needsObject.has(name))) {
    yield saved(modulesName, flaw, invalid(modulesName), spoil);
  }
  yield* wrongTokenizerSettings();
  yield* wrongModules();
  yield* wrongPipelines();
  yield* wrongTransformers();
}

/** Damage by way of an object's first brace; `modules.json` is a list. */
const needsObject = new Set(["trailing-comma", "nan-literal", "invalid-utf8", "deep-member", "deep-objects"]);

function* wrongTokenizerSettings(): Generator<MalformedModel> {
  const length = "model_max_length";
  const lengths = {
    text: '"8192"',
    zero: "0",
    negative: "-1",
    true: "true",
    list: "[8192]",
    object: "{}",
    infinite: "1e999",
  };
  yield* withField(tokenizerName, length, lengths, invalid(length));
  yield* withField(tokenizerName, length, { "not-whole": "511.5", "below-one": "0.5" }, invalid(length));
  yield damagedFiles(`tokenizer_config-${length}-below-special-tokens`, wrongLength(length), (files) =>
    edit(files, tokenizerName, (bytes) => setField(bytes, length, "2")),
  );
  yield* withField(tokenizerName, "truncation_side", { number: "1", list: "[]" }, invalid("truncation_side"));
  const sides = { left: '"left"', blank: '""', middle: '"middle"', "upper-case": '"RIGHT"' };
  yield* withField(tokenizerName, "truncation_side", sides, unsupported("truncation_side"));
  const inputs = { text: '"input_ids"', "numbers-in-it": "[1]", object: "{}" };
  yield* withField(tokenizerName, "model_input_names", inputs, invalid("model_input_names"));
}

function* wrongModules(): Generator<MalformedModel> {
  const malformed = {
    object: "{}",
    empty: "[]",
    "null-in-it": "[null]",
    "text-in-it": '["Transformer"]',
    "nothing-in-it": "[{}]",
    "type-number": '[{"path": "", "type": 1}]',
    "path-number": '[{"path": 0, "type": "a.Transformer"}]',
    "path-missing": '[{"type": "a.Transformer"}]',
  };
  for (const [flaw, json] of Object.entries(malformed))
    yield saved(modulesName, `of-${flaw}`, invalid(modulesName), () => json);
  const transformer = { path: "", type: "a.b.Transformer" };
  const others = {
    pooling: [{ path: "", type: "a.b.Pooling" }],
    "two-modules": [transformer, { path: "1_Dense", type: "a.b.Dense" }],
    "parent-folder": [{ ...transformer, path: "../.." }],
    "sub-folder": [{ ...transformer, path: "0_Transformer" }],
    code: [{ ...transformer, type: "my_module.MyTransformer" }],
    many: Array(10_000).fill(transformer),
  };
  for (const [flaw, modules] of Object.entries(others)) {
    yield saved(modulesName, `of-${flaw}`, unsupported(modulesName), () => JSON.stringify(modules));
  }
}

function* wrongPipelines(): Generator<MalformedModel> {
  const file = pipelineName;
  yield* withField(file, "model_type", { number: "1", null: "null", list: '["CrossEncoder"]' }, invalid("model_type"));
  const prompts = {
    text: '"query: "',
    list: '["query: "]',
    "number-in-it": '{"query": 1}',
    "null-in-it": '{"query": null}',
  };
  yield* withField(file, "prompts", prompts, invalid("prompts"));
  const names = {
    number: "1",
    list: "[]",
    "of-no-prompt": '"query"',
    proto: '"__proto__"',
    constructor: '"constructor"',
  };
  yield* withField(file, "default_prompt_name", names, invalid("default_prompt_name"));
  yield* withField(file, "activation_fn", { number: "1", list: "[]" }, invalid("activation_fn"));
  const activations = { relu: '"torch.nn.ReLU"', nothing: '"torch."', constructor: '"torch.constructor"' };
  yield* withField(file, "activation_fn", activations, unsupported("activation_fn"));
}

function* wrongTransformers(): Generator<MalformedModel> {
  const file = transformerName;
  yield* withField(file, "transformer_task", { number: "1", null: "null" }, invalid("transformer_task"));
  const tasks = { other: '"feature-extraction"', blank: '""', proto: '"__proto__"' };
  yield* withField(file, "transformer_task", tasks, unsupported("transformer_task"));
  const lengths = {
    text: '"512"',
    zero: "0",
    negative: "-1",
    fraction: "1.5",
    infinite: "1e999",
    list: "[512]",
  };
  yield* withField(file, "max_seq_length", lengths, invalid("max_seq_length"));
  const otherLengths = { "below-special-tokens": "2", "above-positions": "8193", huge: "1e9" };
  yield* withField(file, "max_seq_length", otherLengths, wrongLength("max_seq_length"));
  const processing = {
    list: "[]",
    text: '"512"',
    "text-in-it": '{"text": "512"}',
    "length-text": '{"text": {"max_length": "512"}}',
    "length-zero": '{"text": {"max_length": 0}}',
    "length-fraction": '{"text": {"max_length": 7.5}}',
  };
  yield* withField(file, "processing_kwargs", processing, invalid("processing_kwargs"));
  const tooLong = { "length-above-positions": '{"text": {"max_length": 1000000}}' };
  yield* withField(file, "processing_kwargs", tooLong, wrongLength("processing_kwargs"));
}

function invalid(culprit: string): Refusal {
  return { code: "INVALID_MODEL_FILE", culprit };
}

/** A length that no position table or template goes with. It may as well be the caller's option, which wins over files. */
function wrongLength(culprit: string): Refusal {
  return { code: "INVALID_OPTIONS", culprit };
}

function unsupported(culprit: string): Refusal {
  return { code: "UNSUPPORTED_MODEL", culprit };
}

/** Models of the newest layout that have one field of a file set, to each of the values given as JSON text. */
function* withField(
  file: string,
  field: string,
  values: Readonly<Record<string, string>>,
  refusal: Refusal,
): Generator<MalformedModel> {
  for (const [flaw, json] of Object.entries(values)) {
    yield saved(file, `${field}-${flaw}`, refusal, (bytes) => setField(bytes, field, json));
  }
}

/** A model of the newest layout, with one of its files spoiled. */
function saved(
  file: string,
  flaw: string,
  refusal: Refusal,
  spoil: (bytes: Buffer) => Buffer | string,
): MalformedModel {
  return damagedFiles(`${file.replace(".json", "")}-${flaw}`, refusal, (files) => {
    addSavedFiles(files);
    edit(files, file, spoil);
  });
}

function addSavedFiles(files: ModelFiles): void {
  for (const [name, json] of Object.entries(savedFiles)) files.set(name, Buffer.from(JSON.stringify(json)));
}
