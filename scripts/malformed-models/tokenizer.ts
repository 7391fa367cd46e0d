/** `tokenizer.json`: missing, no JSON, without a part that is needed, or at odds with itself or the embeddings. */
import { brokenJson, editJson, telling, type JsonObject } from "./damaged-json.js";
import { damagedFiles, edit, type MalformedModel, type Refusal } from "./malformed-model.js";

const fileName = "tokenizer.json";
const invalid: Refusal = { code: "INVALID_MODEL_FILE", culprit: fileName };
const unsupported: Refusal = { code: "UNSUPPORTED_MODEL", culprit: fileName };

/** As much of the file as is damaged here. */
interface TokenizerJson {
  model: JsonObject & { vocab: Record<string, unknown>; merges: unknown[] };
  added_tokens: JsonObject[];
  post_processor: JsonObject & { pair: unknown[]; special_tokens: Record<string, { ids: unknown }> };
  [field: string]: unknown;
}

export function* wrongTokenizers(): Generator<MalformedModel> {
  yield damagedFiles("tokenizer-missing", { code: "MODEL_NOT_FOUND", culprit: fileName }, (files) =>
    files.delete(fileName),
  );
  for (const [flaw, spoil] of [...brokenJson, ["object", () => "{}"] as const]) {
    if (!telling.includes(flaw) && flaw !== "object" && flaw !== "deep-member") continue;
    yield damagedFiles(`tokenizer-${flaw}`, invalid, (files) => edit(files, fileName, spoil));
  }
  yield* wrongModels();
  yield* wrongVocabularies();
  yield* wrongMerges();
  yield* wrongSteps();
  yield* wrongTemplates();
  yield* wrongAddedTokens();
  yield* idsBeyondEmbeddings();
}

function* wrongModels(): Generator<MalformedModel> {
  for (const [flaw, model] of Object.entries({ null: null, text: "BPE", empty: {} })) {
    yield changed(`model-${flaw}`, inField("model"), (json) => Object.assign(json, { model }));
  }
  yield changed("model-missing", inField("model"), (json) => Reflect.deleteProperty(json, "model"));
  for (const type of ["WordLevel", "__proto__"]) {
    const refusal = { ...unsupported, culprit: "model.type" };
    yield changed(`model-type-${type}`, refusal, ({ model }) => Object.assign(model, { type }));
  }
  yield changed("model-type-number", inField("model.type"), ({ model }) => Object.assign(model, { type: 1 }));
  yield changed("model-type-of-another", inField("model"), ({ model }) => Object.assign(model, { type: "Unigram" }));
  yield changed("unknown-token-not-in-vocabulary", inField("unk_token"), ({ model }) =>
    Object.assign(model, { unk_token: "[NOTHING]" }),
  );
  yield changed("unknown-token-number", inField("unk_token"), ({ model }) => Object.assign(model, { unk_token: 0 }));
}

function* wrongVocabularies(): Generator<MalformedModel> {
  const vocabularies = {
    missing: undefined,
    list: ["a", "b"],
    "text-in-it": { a: "1" },
    "null-in-it": { a: null },
    "negative-in-it": { a: -1 },
    "huge-in-it": { a: 1e300 },
  };
  for (const [flaw, vocab] of Object.entries(vocabularies)) {
    yield changed(`vocabulary-${flaw}`, inField("vocab"), ({ model }) => Object.assign(model, { vocab }));
  }
}

function* wrongMerges(): Generator<MalformedModel> {
  const wrong = {
    missing: undefined,
    text: "a b",
    "number-in-it": [1],
    "one-part": [["a"]],
    "three-parts": [["a", "b", "c"]],
  };
  for (const [flaw, merges] of Object.entries(wrong)) {
    yield changed(`merges-${flaw}`, inField("merges"), ({ model }) => Object.assign(model, { merges }));
  }
}

function* wrongSteps(): Generator<MalformedModel> {
  for (const part of ["normalizer", "pre_tokenizer", "post_processor"]) {
    const malformed = { text: "NFC", "without-type": {} };
    for (const [flaw, step] of Object.entries(malformed)) {
      yield changed(`${part}-${flaw}`, inField(part), (json) => Object.assign(json, { [part]: step }));
    }
    yield changed(`${part}-unknown`, { ...unsupported, culprit: part }, (json) =>
      Object.assign(json, { [part]: { type: "__proto__" } }),
    );
  }
  const expression = { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated", invert: false };
  yield changed("split-expression-open", invalid, (json) => Object.assign(json, { pre_tokenizer: expression }));
  for (const [flaw, pattern] of Object.entries({ missing: undefined, number: 1, unknown: { Glob: "*" } })) {
    yield changed(`split-pattern-${flaw}`, inField("pattern"), (json) =>
      Object.assign(json, { pre_tokenizer: { ...expression, pattern } }),
    );
  }
  yield changed("replace-without-pattern", inField("pattern"), (json) =>
    Object.assign(json, { normalizer: { type: "Replace", content: "a" } }),
  );
  yield changed("truncation-left", { ...unsupported, culprit: "truncation" }, (json) =>
    Object.assign(json, { truncation: { direction: "Left", max_length: 8, strategy: "LongestFirst", stride: 0 } }),
  );
  yield changed("truncation-number", inField("truncation"), (json) => Object.assign(json, { truncation: 512 }));
}

function* wrongTemplates(): Generator<MalformedModel> {
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const pairs = {
    missing: undefined,
    "number-in-it": [1],
    "unknown-piece": [{ Other: {} }],
    "unknown-text": [text("C")],
  };
  for (const [flaw, pair] of Object.entries(pairs)) {
    yield changed(`pair-${flaw}`, inField("pair"), (json) => Object.assign(json.post_processor, { pair }));
  }
  const others = {
    empty: [],
    "only-query": [text("A")],
    "query-twice": [text("A"), text("A"), text("B")],
  };
  for (const [flaw, pair] of Object.entries(others)) {
    yield changed(`pair-${flaw}`, { ...unsupported, culprit: "pair" }, (json) =>
      Object.assign(json.post_processor, { pair }),
    );
  }
  const refusal = { ...unsupported, culprit: "post_processor" };
  yield changed("post-processor-null", refusal, (json) => Object.assign(json, { post_processor: null }));
  yield changed("post-processor-missing", refusal, (json) => Reflect.deleteProperty(json, "post_processor"));
  const special = { empty: {}, "number-in-it": { "[CLS]": 1, "[SEP]": 2 } };
  for (const [flaw, tokens] of Object.entries(special)) {
    yield changed(`special-tokens-${flaw}`, inField("special_tokens"), (json) =>
      Object.assign(json.post_processor, { special_tokens: tokens }),
    );
  }
  for (const [flaw, ids] of Object.entries({ text: ["1"], negative: [-1], number: 1 })) {
    yield changed(`special-token-ids-${flaw}`, inField("ids"), (json) => {
      json.post_processor.special_tokens["[SEP]"] = { ids };
    });
  }
}

function* wrongAddedTokens(): Generator<MalformedModel> {
  const wrong = { object: {}, "text-in-it": ["[UNK]"], "nothing-in-it": [{}] };
  for (const [flaw, tokens] of Object.entries(wrong)) {
    yield changed(`added-tokens-${flaw}`, inField("added_tokens"), (json) =>
      Object.assign(json, { added_tokens: tokens }),
    );
  }
  const fields = { id: [-1, "0"], content: [""] };
  for (const [field, values] of Object.entries(fields)) {
    for (const [index, value] of values.entries()) {
      yield changed(`added-token-${field}-${index}`, inField("added_tokens"), (json) =>
        Object.assign(json.added_tokens[0] as JsonObject, { [field]: value }),
      );
    }
  }
}

/** Ids that no row of the embeddings goes with: 420 has none, for the first is 0. */
function* idsBeyondEmbeddings(): Generator<MalformedModel> {
  const firstBeyond = 420;
  for (const id of [firstBeyond, 2 ** 32]) {
    const refusal = { ...invalid, culprit: String(id) };
    yield changed(`id-beyond-embeddings-${id}`, refusal, ({ model }) => Object.assign(model.vocab, { a: id }));
    yield changed(`added-id-beyond-embeddings-${id}`, refusal, (json) =>
      json.added_tokens.push({ id, content: "[NEW]", special: true }),
    );
    yield changed(`special-id-beyond-embeddings-${id}`, refusal, (json) => {
      json.post_processor.special_tokens["[SEP]"] = { ids: [id] };
    });
  }
}

function inField(culprit: string): Refusal {
  return { ...invalid, culprit };
}

function changed(name: string, refusal: Refusal, change: (json: TokenizerJson) => unknown): MalformedModel {
  return damagedFiles(`tokenizer-${name}`, refusal, (files) =>
    edit(
      files,
      fileName,
      editJson((json) => change(json as TokenizerJson)),
    ),
  );
}
