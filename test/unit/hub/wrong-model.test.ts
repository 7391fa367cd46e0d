import { expect, test } from "vitest";

import { canBuild, refuseWrongModel, requireEncoder, type ModelFacts } from "../../../src/hub/wrong-model.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const transformer = { path: "", type: "sentence_transformers.base.modules.transformer.Transformer" };
const module = (path: string, type: string) => ({ path, type: type.replace(/^st\./, "sentence_transformers.") });
const pooling = module("1_Pooling", "st.sentence_transformer.modules.pooling.Pooling");
const normalize = module("2_Normalize", "st.models.Normalize");

/** A model as its `config.json` alone says. */
function plain(architecture: string | undefined, ...remoteClasses: string[]): ModelFacts {
  return { architecture, remoteClasses, pipeline: undefined, hasOnnxFile: false };
}

const empty = { activation: undefined, prompts: {}, defaultPromptName: undefined };

function saved(architecture: string, modelType: string, ...modules: { path: string; type: string }[]): ModelFacts {
  const pipeline = { ...empty, modelType, modules: [transformer, ...modules] };
  return { architecture, remoteClasses: [], pipeline, hasOnnxFile: false };
}

test.each<[string, ModelFacts, string, string]>([
  ["a bare BERT", plain("BertModel"), "a bare encoder", "fine-tune this model"],
  ["a bare ModernBERT", plain("ModernBertModel"), "a bare encoder", "Use a reranker"],
  ["an encoder of T5", plain("T5EncoderModel"), "a bare encoder", "Use a reranker"],
  [
    "an embedding model",
    saved("BertModel", "SentenceTransformer", pooling, normalize),
    "an embedding model",
    "Use a r",
  ],
  [
    "an embedding model of two modules",
    saved("ModernBertModel", "SentenceTransformer", pooling),
    "an embedding",
    "Use",
  ],
  ["Qwen3-Reranker", plain("Qwen3ForCausalLM"), "a generation model", "Qwen3-Reranker-0.6B-seq-cls"],
  ["mxbai-rerank v2", plain("Qwen2ForCausalLM"), "a generation model", "…-seq-cls"],
  ["bge-reranker-v2-gemma", plain("GemmaForCausalLM"), "a generation model", "out of crossrank's scope"],
  [
    "bge-reranker-v2-minicpm",
    plain("LayerWiseMiniCPMForCausalLM", "AutoModelForCausalLM"),
    "a generation model",
    "-seq",
  ],
  ["monoT5", plain("T5ForConditionalGeneration"), "a generation model", "…-seq-cls"],
  ["GPT-2", plain("GPT2LMHeadModel"), "a generation model", "…-seq-cls"],
  [
    "a saved chain of a causal model and LogitScore",
    saved(
      "Qwen3ForCausalLM",
      "CrossEncoder",
      module("1_LogitScore", "st.cross_encoder.modules.logit_score.LogitScore"),
    ),
    "a generation model",
    "…-seq-cls",
  ],
  ["a pretrained ModernBERT", plain("ModernBertForMaskedLM"), "a masked language model", "fine-tune this model"],
  ["a pretrained BERT", plain("BertForPreTraining"), "a masked language model", "fine-tune this model"],
  ["ColBERTv2", plain("HF_ColBERT"), "a late-interaction model (ColBERT)", "Use a reranker"],
  [
    "a model of PyLate's",
    saved("ModernBertModel", "ColBERT", module("1_Dense", "pylate.models.Dense.Dense")),
    "late",
    "Use",
  ],
  [
    "an older model of PyLate's",
    saved("BertModel", "SentenceTransformer", module("1_Dense", "pylate.models.Dense.Dense")),
    "a late-interaction model",
    "Use a reranker",
  ],
  [
    "SPLADE",
    saved(
      "DistilBertForMaskedLM",
      "SparseEncoder",
      module("1_SpladePooling", "st.sparse_encoder.models.SpladePooling"),
    ),
    "a sparse embedding model (SPLADE)",
    "Use a reranker",
  ],
  ["SPLADE without modules", plain("BertForMaskedLM"), "a SPLADE model is saved", "Use a reranker"],
  ["a tagger", plain("ModernBertForTokenClassification"), "a model for another task", "Use a reranker"],
  ["nothing that is named", plain(undefined), "of which nothing says what it is", "config.json"],
  ["an empty name", plain(""), "got nothing", "config.json"],
])("refuses %s", async (_, facts, is, remedy) => {
  const error = await thrownBy(() => refuseWrongModel(facts));
  expect(error.code).toBe("UNSUPPORTED_MODEL");
  expect(error.message).toContain("config.json: architectures must name ");
  expect(error.message).toContain(`got ${facts.architecture || "nothing"}. This is `);
  expect(error.message).toContain(is);
  expect(error.message).toContain(remedy);
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
