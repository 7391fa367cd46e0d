/**
 * Models that are often taken for cross-encoders: told from each other by their small files, before any weights are
 * opened, each refused with what it is and what to use.
 */
import { isBuildable } from "../architectures/architecture-names.js";
import { UnsupportedModelError } from "../errors/index.js";
import type { SavedPipeline } from "./saved-modules.js";

/** What a model's small files say of its kind. */
export interface ModelFacts {
  /** `architectures[0]` of `config.json`. */
  architecture: string | undefined;
  /** Keys of `auto_map` in `config.json`: which classes are code of the repository's own. */
  remoteClasses: readonly string[];
  /** `modules.json`, if there is one. */
  pipeline: SavedPipeline | undefined;
  /** Whether there is an ONNX file that could be run. */
  hasOnnxFile: boolean;
}

/** A kind of model that is no cross-encoder. */
interface WrongModel {
  /** Whether a model is of this kind. It is asked only of those that no row above is true of. */
  matches(facts: ModelFacts): boolean;
  /** What it is, as the end of "this is …". */
  is: string;
  /** What to do or to use instead: whole sentences. */
  remedy: string;
}

const useReranker =
  "Use a reranker: Alibaba-NLP/gte-reranker-modernbert-base or cross-encoder/ettin-reranker-32m-v1, for example.";

const fineTune = `${useReranker} Or fine-tune this model as one, with sentence-transformers' CrossEncoderTrainer.`;

/** What makes a score of the words that a model would write. */
const generationModule = /\.(LogitScore|CausalScoreHead)$/;

/** The first row that is true of a model says what it is. */
const wrongModels: readonly WrongModel[] = [
  {
    matches: (facts) =>
      hasModelType(facts, "ColBERT") ||
      hasModule(facts, /^pylate\.|\.LateInteraction\w*$/) ||
      /colbert/i.test(facts.architecture ?? ""),
    is: "a late-interaction model (ColBERT): it embeds query and document apart from each other, a vector a token",
    remedy: `crossrank scores pairs that go through a model together. ${useReranker}`,
  },
  {
    matches: (facts) =>
      hasModelType(facts, "SparseEncoder") || hasModule(facts, /\.(SpladePooling|MLMTransformer|Sparse\w+)$/),
    is: "a sparse embedding model (SPLADE): it weighs the words of one text",
    remedy: `crossrank scores pairs of texts. ${useReranker}`,
  },
  {
    matches: (facts) =>
      hasModule(facts, generationModule) ||
      /(ForCausalLM|LMHeadModel|ForConditionalGeneration)$/.test(facts.architecture ?? ""),
    is: "a generation model: as a reranker, its score is how likely it answers yes, and that is out of crossrank's scope",
    remedy:
      "Use a conversion of it to a sequence classifier if there is one (a repository named …-seq-cls, such as " +
      `tomaarsen/Qwen3-Reranker-0.6B-seq-cls, exported to ONNX), or an encoder. ${useReranker}`,
  },
  {
    matches: ({ pipeline }) => pipeline !== undefined && pipeline.modelType !== "CrossEncoder",
    is: "an embedding model, saved by sentence-transformers: it makes a vector of one text and has no head that scores pairs",
    remedy: fineTune,
  },
  {
    matches: ({ architecture = "" }) => /For(MaskedLM|PreTraining)$/.test(architecture),
    is: "a masked language model, as pretraining leaves it or a SPLADE model is saved: it has no trained head that scores pairs",
    remedy: fineTune,
  },
  {
    matches: ({ architecture = "" }) => isEncoder(architecture),
    is: "a bare encoder, as embedding models are: it has no trained head that scores pairs",
    remedy: fineTune,
  },
  {
    matches: ({ architecture = "" }) => architecture !== "",
    is: "a model for another task: it has no trained head that scores pairs",
    remedy: fineTune,
  },
  {
    matches: () => true,
    is: "a model of which nothing says what it is",
    remedy: `Check that config.json is the model's own. ${useReranker}`,
  },
];

/** Architectures whose code lies in repositories and not in transformers. */
const remoteArchitecture = /^(JinaBert|JinaRerank|New|NomicBert|XLMRobertaFlash|GTE)\w*(Model|For\w+)$/;

/**
 * Lets cross-encoders pass: sequence classifiers, and what was saved as a cross-encoder of several modules.
 *
 * @returns The architecture; of several modules see also {@link requireEncoder}.
 * @throws {UnsupportedModelError} If the model is of another kind, or needs code of its repository's own and has no ONNX
 * file.
 */
export function refuseWrongModel(facts: ModelFacts): string {
  const { architecture = "" } = facts;
  if (isChain(facts) || architecture.endsWith("ForSequenceClassification")) {
    requireNoRemoteCode(facts);
    return architecture;
  }
  const kind = wrongModels.find((row) => row.matches(facts)) as WrongModel;
  throw new UnsupportedModelError(
    `config.json: architectures must name a sequence classifier, got ${architecture || "nothing"}. This is ${kind.is}. ` +
      kind.remedy,
    { field: "architectures", value: facts.architecture, kind: kind.is, supported: ["…ForSequenceClassification"] },
  );
}

/** Whether crossrank builds the graph of a model that {@link refuseWrongModel} lets pass. */
export function canBuild(facts: ModelFacts): boolean {
  return !hasRemoteCode(facts) && isBuildable(facts.architecture ?? "", { hasChain: isChain(facts) });
}

/** @throws {UnsupportedModelError} If the architecture before a head of modules has a head itself. */
export function requireEncoder(architecture: string): void {
  if (isEncoder(architecture)) return;
  throw new UnsupportedModelError(
    `config.json: architectures must name the encoder whose head modules.json lists (…Model), got ` +
      `${architecture || "nothing"}. Check that both files are of the same model.`,
    { field: "architectures", value: architecture, supported: ["…Model"] },
  );
}

/** Whether it was saved as a cross-encoder of several modules, the first of which is not to generate text. */
function isChain(facts: ModelFacts): boolean {
  const { pipeline } = facts;
  return pipeline?.modelType === "CrossEncoder" && pipeline.modules.length > 1 && !hasModule(facts, generationModule);
}

function isEncoder(architecture: string): boolean {
  return /(Model|Encoder)$/.test(architecture);
}

function hasRemoteCode(facts: ModelFacts): boolean {
  return ownClassesOf(facts).length > 0 || remoteArchitecture.test(facts.architecture ?? "");
}

function ownClassesOf({ remoteClasses }: ModelFacts): string[] {
  return remoteClasses.filter((name) => /^Auto(Model|Config)/.test(name));
}

function requireNoRemoteCode(facts: ModelFacts): void {
  if (facts.hasOnnxFile || !hasRemoteCode(facts)) return;
  const { architecture = "" } = facts;
  const ownClasses = ownClassesOf(facts);
  const origin = ownClasses.length === 0 ? "" : ` (auto_map: ${ownClasses.join(", ")})`;
  throw new UnsupportedModelError(
    `config.json: architectures must name a model of transformers' own, got ${architecture}, which is code of the ` +
      `repository's own${origin}. crossrank runs no code of repositories, and builds no graph for this one: it runs only ` +
      `with an ONNX file (onnx/model.onnx), and has none. ${useReranker}`,
    { field: ownClasses.length === 0 ? "architectures" : "auto_map", value: architecture, supported: [] },
  );
}

function hasModelType({ pipeline }: ModelFacts, modelType: string): boolean {
  return pipeline?.modelType === modelType;
}

function hasModule({ pipeline }: ModelFacts, type: RegExp): boolean {
  return pipeline?.modules.some((module) => type.test(module.type)) ?? false;
}
