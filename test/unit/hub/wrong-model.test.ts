import { expect, test } from "vitest";

import { canBuild, refuseWrongModel, requireEncoder, type ModelFacts } from "../../../src/hub/wrong-model.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const transformer = { path: "", type: "sentence_transformers.base.modules.transformer.Transformer" };
const module = (path: string, type: string) => ({ path, type: type.replace(/^st\./, "sentence_transformers.") });
const pooling = module("1_Pooling", "st.sentence_transformer.modules.pooling.Pooling");
const normalize = module("2_Normalize", "st.models.Normalize");
const logitScore = module("1_LogitScore", "st.cross_encoder.modules.logit_score.LogitScore");
const pylateDense = module("1_Dense", "pylate.models.Dense.Dense");
const spladePooling = module("1_SpladePooling", "st.sparse_encoder.models.SpladePooling");

/** A model as its `config.json` alone says. */
function plain(architecture: string | undefined, ...remoteClasses: string[]): ModelFacts {
  return { architecture, remoteClasses, pipeline: undefined, hasOnnxFile: false };
}

const empty = { activation: undefined, prompts: {}, defaultPromptName: undefined };

function saved(architecture: string, modelType: string, ...modules: { path: string; type: string }[]): ModelFacts {
  const pipeline = { ...empty, modelType, modules: [transformer, ...modules] };
  return { architecture, remoteClasses: [], pipeline, hasOnnxFile: false };
}

/** By what they are called, and what else the message says: the models of a kind. */
const kinds: [is: string, remedy: string, models: Record<string, ModelFacts>][] = [
  [
    "This is a bare encoder",
    "Or fine-tune this model",
    { BERT: plain("BertModel"), ModernBERT: plain("ModernBertModel"), "an encoder of T5": plain("T5EncoderModel") },
  ],
  [
    "This is an embedding model",
    "Or fine-tune this model",
    {
      "an embedding model": saved("BertModel", "SentenceTransformer", pooling, normalize),
      "an embedding model of two modules": saved("ModernBertModel", "SentenceTransformer", pooling),
    },
  ],
  [
    "This is a generation model",
    "(a repository named …-seq-cls, such as tomaarsen/Qwen3-Reranker-0.6B-seq-cls",
    {
      "Qwen3-Reranker": plain("Qwen3ForCausalLM"),
      "mxbai-rerank v2": plain("Qwen2ForCausalLM"),
      "bge-reranker-v2-gemma": plain("GemmaForCausalLM"),
      "bge-reranker-v2-minicpm": plain("LayerWiseMiniCPMForCausalLM", "AutoModelForCausalLM"),
      monoT5: plain("T5ForConditionalGeneration"),
      "GPT-2": plain("GPT2LMHeadModel"),
      "a saved chain of a causal model and LogitScore": saved("Qwen3ForCausalLM", "CrossEncoder", logitScore),
    },
  ],
  [
    "This is a masked language model, as pretraining leaves it or a SPLADE model is saved",
    "Or fine-tune this model",
    {
      "a pretrained ModernBERT": plain("ModernBertForMaskedLM"),
      "a pretrained BERT": plain("BertForPreTraining"),
      "SPLADE without modules": plain("BertForMaskedLM"),
    },
  ],
  [
    "This is a late-interaction model (ColBERT)",
    "crossrank scores pairs that go through a model together",
    {
      ColBERTv2: plain("HF_ColBERT"),
      "a model of PyLate's": saved("ModernBertModel", "ColBERT", pylateDense),
      "an older model of PyLate's": saved("BertModel", "SentenceTransformer", pylateDense),
    },
  ],
  [
    "This is a sparse embedding model (SPLADE)",
    "crossrank scores pairs of texts",
    { SPLADE: saved("DistilBertForMaskedLM", "SparseEncoder", spladePooling) },
  ],
  [
    "This is a model for another task",
    "Or fine-tune this model",
    { "a tagger": plain("ModernBertForTokenClassification") },
  ],
  [
    "got nothing. This is a model of which nothing says what it is",
    "Check that config.json is the model's own",
    { "nothing that is named": plain(undefined), "an empty name": plain("") },
  ],
];

const wrongModels = kinds.flatMap(([is, remedy, models]) =>
  Object.entries(models).map(([name, facts]) => ({ name, facts, is, remedy })),
);

test.each(wrongModels)("refuses $name", async ({ facts, is, remedy }) => {
  const error = await thrownBy(() => refuseWrongModel(facts));
  expect(error.code).toBe("UNSUPPORTED_MODEL");
  expect(error.message).toContain("config.json: architectures must name a sequence classifier");
  expect(error.message).toContain(`got ${facts.architecture || "nothing"}. This is `);
  expect(error.message).toContain(is);
  expect(error.message).toContain(remedy);
  expect(error.message).toContain("Use a reranker: ");
  expect(error.details).toMatchObject({ field: "architectures", value: facts.architecture });
});

test.each<[string, ModelFacts, string]>([
  [
    "a classifier of its own",
    plain("XLMRobertaForSequenceClassification", "AutoConfig", "AutoModel"),
    "auto_map: AutoC",
  ],
  ["JinaBert with auto_map", plain("JinaBertForSequenceClassification", "AutoModel"), "JinaBertForSequenceCl"],
  ["JinaBert", plain("JinaBertForSequenceClassification"), "got JinaBertForSequenceClassification"],
  ["gte-multilingual", plain("NewForSequenceClassification"), "got NewForSequenceClassification"],
])("refuses the code that %s would need, by name, and names the ONNX file", async (_, facts, named) => {
  const error = await thrownBy(() => refuseWrongModel(facts));
  expect(error.code).toBe("UNSUPPORTED_MODEL");
  expect(error.message).toContain(named);
  expect(error.message).toContain("crossrank runs no code of repositories");
  expect(error.message).toContain("onnx/model.onnx");
});

test.each<[string, ModelFacts]>([
  ["a classifier", plain("ModernBertForSequenceClassification")],
  [
    "a classifier that crossrank may not build, which is for others to say",
    plain("DebertaV2ForSequenceClassification"),
  ],
  ["a classifier whose tokenizer alone is its own", plain("BertForSequenceClassification", "AutoTokenizer")],
  ["a saved cross-encoder", saved("BertForSequenceClassification", "CrossEncoder")],
  [
    "a classifier that was saved as an embedding model",
    saved("BertForSequenceClassification", "SentenceTransformer", pooling),
  ],
  ["a chain", saved("ModernBertModel", "CrossEncoder", pooling)],
])("lets %s pass", (_, facts) => {
  expect(refuseWrongModel(facts)).toBe(facts.architecture);
});

test.each([
  plain("JinaBertForSequenceClassification", "AutoModel"),
  plain("NewForSequenceClassification"),
  plain("BertForSequenceClassification", "AutoModelForSequenceClassification"),
])("lets %j pass, whose ONNX file needs no code of its own, and does not build its graph", (facts) => {
  const shipped = { ...facts, hasOnnxFile: true };
  expect(refuseWrongModel(shipped)).toBe(facts.architecture);
  expect(canBuild(shipped)).toBe(false);
});

test("refuses an embedding model with an ONNX file all the same", async () => {
  const error = await thrownBy(() => refuseWrongModel({ ...plain("JinaBertModel", "AutoModel"), hasOnnxFile: true }));
  expect(error.message).toContain("a bare encoder");
});

test.each(["ModernBertModel", "T5EncoderModel"])("lets a head of modules follow %s", (architecture) => {
  expect(() => requireEncoder(architecture)).not.toThrow();
});

test.each(["BertForMaskedLM", "ModernBertForSequenceClassification", ""])(
  "refuses a head of modules after %j",
  async (architecture) => {
    const error = await thrownBy(() => requireEncoder(architecture));
    expect(error.code).toBe("UNSUPPORTED_MODEL");
    expect(error.message).toContain(`(…Model), got ${architecture || "nothing"}.`);
  },
);
