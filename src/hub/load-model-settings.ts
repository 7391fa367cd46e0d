import { join } from "node:path";
import { z } from "zod";
import { InvalidModelFileError, InvalidOptionsError, ModelNotFoundError } from "../errors/index.js";
import { resolveActivation, type ActivationName } from "./activation-name.js";
import { resolveMaxLength } from "./max-length.js";
import { readJsonFile } from "../json/index.js";
import { positionOffset } from "../planning/index.js";
import type { GivenWeights } from "./choose-weights.js";
import { listModelFiles } from "./list-model-files.js";
import type { ModuleChain } from "./module-chain.js";
import { onnxPaths } from "./onnx-files.js";
import { readSavedModules, readSavedPipeline, type SavedModules } from "./saved-modules.js";
import { canBuild, refuseWrongModel, requireEncoder, type ModelFacts } from "./wrong-model.js";

/** What a model's small files say about it, and what of the caller's options overrides them. */
export interface ModelSettings {
  folder: string;
  /** `config.json` as parsed; what is architecture-specific in it is still unchecked. */
  config: Readonly<Record<string, unknown>>;
  /** `architectures[0]` of the config: a classifier, or the encoder of a chain. */
  architecture: string;
  /** Whether crossrank builds its graph; only an ONNX file is run else. */
  canBuild: boolean;
  /** The modules that make scores of what the encoder gives; absent where the architecture has a head itself. */
  chain: ModuleChain | undefined;
  labelCount: number;
  /** Label names by index. */
  id2label: Readonly<Record<number, string>>;
  /** What the model was saved with; the default where the caller brings an activation of its own. */
  activation: ActivationName;
  /** Most tokens of a pair, special tokens included. */
  maxLength: number;
  prompts: Readonly<Record<string, string>>;
  defaultPromptName: string | undefined;
}

/** The caller's wishes that settings depend on. */
export interface SettingsOverrides extends Pick<GivenWeights, "onnxFile" | "checkpointOnly"> {
  maxLength?: number | undefined;
  /** An activation of the caller's own: the model's is then not looked at, and may be one that crossrank lacks. */
  activationFn?: unknown;
  prompts?: Readonly<Record<string, string>> | undefined;
  defaultPromptName?: string | undefined;
}

/** What transformers assumes of a config that leaves the fields out. */
const transformersDefaults = { labelCount: 2, positions: 8192 };

/** Far above any model's: names are made up for this many labels at most. */
const maxLabelCount = 2 ** 16;

const configSchema = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  auto_map: z.record(z.string(), z.unknown()).nullish(),
  id2label: z.record(z.string().regex(/^\d+$/), z.string()).nullish(),
  num_labels: z.int().positive().max(maxLabelCount).optional(),
  max_position_embeddings: z.union([z.int().positive(), z.literal(-1)]).default(transformersDefaults.positions),
  model_type: z.string().nullish().catch(undefined),
  // Checked by the architecture: many do not use it.
  pad_token_id: z.int().nonnegative().nullish().catch(undefined),
  sentence_transformers: z.looseObject({ activation_fn: z.string().nullish() }).nullish(),
  sbert_ce_default_activation_function: z.string().nullish(),
});

const tokenizerConfigSchema = z.looseObject({
  // Not z.int(), which refuses the 1e30 that stands for "no limit".
  model_max_length: z.number().positive().refine(Number.isInteger, "expected an integer").nullish(),
});

/**
 * Reads the small files of a model's folder: `config.json`, `tokenizer_config.json`, and what sentence-transformers 5.4
 * and later save beside them.
 *
 * @throws {ModelNotFoundError} If there is no `config.json`.
 * @throws {InvalidModelFileError} If a file is damaged.
 * @throws {UnsupportedModelError} If the model is no cross-encoder, or one that {@link readSavedModules} refuses.
 * @throws {InvalidOptionsError} If an override does not go with the model.
 */
export async function loadModelSettings(folder: string, overrides: SettingsOverrides = {}): Promise<ModelSettings> {
  const config = await readJsonFile(join(folder, "config.json"), configSchema);
  if (config === undefined) throw missingConfig(folder);
  const { onnxFile, checkpointOnly } = overrides;
  const facts = await readFacts(folder, config, checkpointOnly ? [] : await listModelFiles(folder, onnxFile));
  const architecture = refuseWrongModel(facts);
  const saved = await readSavedModules(folder, facts.pipeline);
  if (saved?.chain !== undefined) requireEncoder(architecture);
  const tokenizerConfig = await readJsonFile(join(folder, "tokenizer_config.json"), tokenizerConfigSchema);
  const id2label = labelNames(config, saved?.chain?.labelCount);
  const labelCount = Object.keys(id2label).length;
  const hasOwnActivation = overrides.activationFn !== undefined;
  return {
    folder,
    config,
    architecture,
    canBuild: canBuild(facts),
    chain: saved?.chain,
    labelCount,
    id2label,
    activation: resolveActivation(hasOwnActivation ? [] : activationSources(config, saved), labelCount),
    maxLength: resolveMaxLength({
      savedProcessing: saved?.processingMaxLength,
      option: overrides.maxLength,
      savedModule: saved?.moduleMaxLength,
      lengthFile: saved?.lengthFile,
      tokenizer: tokenizerConfig?.model_max_length ?? undefined,
      positions: countPositions(config, architecture),
    }),
    ...mergePrompts(saved, overrides),
  };
}

/**
 * Refuses a model of which only the small files are there yet.
 *
 * @param paths - All files that it will have.
 * @returns Whether crossrank builds its graph.
 * @throws Also what {@link loadModelSettings} throws of a model's kind.
 */
export async function refuseBeforeWeights(folder: string, paths: readonly string[]): Promise<boolean> {
  const config = await readJsonFile(join(folder, "config.json"), configSchema);
  if (config === undefined) throw missingConfig(folder);
  const facts = await readFacts(folder, config, paths);
  refuseWrongModel(facts);
  return canBuild(facts);
}

type Config = z.infer<typeof configSchema>;

async function readFacts(folder: string, config: Config, paths: readonly string[]): Promise<ModelFacts> {
  return {
    architecture: config.architectures?.[0],
    remoteClasses: Object.keys(config.auto_map ?? {}),
    pipeline: await readSavedPipeline(folder),
    hasOnnxFile: onnxPaths(paths).length > 0,
  };
}

/** Rows of the position table that a pair's tokens can have; -1 for any number. */
function countPositions(config: Config, architecture: string): number {
  const { max_position_embeddings: rows } = config;
  return rows === -1 ? rows : Math.max(1, rows - positionOffset({ ...config, architecture }));
}

function activationSources(config: Config, saved: SavedModules | undefined) {
  return [
    { classPath: saved?.pipeline.activation, origin: "config_sentence_transformers.json: activation_fn" },
    {
      classPath: config.sentence_transformers?.activation_fn,
      origin: "config.json: sentence_transformers.activation_fn",
    },
    {
      classPath: config.sbert_ce_default_activation_function,
      origin: "config.json: sbert_ce_default_activation_function",
    },
  ];
}

/** @param chainCount - Scores that a chain gives: its encoder's config may know nothing of them. */
function labelNames(config: Config, chainCount: number | undefined): Record<number, string> {
  const names = Object.entries(config.id2label ?? {});
  if (names.length > 0 && names.length === (chainCount ?? names.length)) return Object.fromEntries(names);
  const labelCount = chainCount ?? config.num_labels ?? transformersDefaults.labelCount;
  return Object.fromEntries(Array.from({ length: labelCount }, (_, index) => [index, `LABEL_${index}`]));
}

function mergePrompts(saved: SavedModules | undefined, overrides: SettingsOverrides) {
  const prompts = { ...saved?.pipeline.prompts, ...overrides.prompts };
  const defaultPromptName = overrides.defaultPromptName ?? saved?.pipeline.defaultPromptName;
  if (defaultPromptName !== undefined && !Object.hasOwn(prompts, defaultPromptName)) {
    throw unknownPrompt(defaultPromptName, {
      known: Object.keys(prompts),
      isOption: overrides.defaultPromptName !== undefined,
    });
  }
  return { prompts, defaultPromptName };
}

function unknownPrompt(defaultPromptName: string, { known, isOption }: { known: string[]; isOption: boolean }): Error {
  const reason = `must be one of the prompts (${known.join(", ") || "there are none"}), got "${defaultPromptName}".`;
  const details = { defaultPromptName, known };
  if (isOption) return new InvalidOptionsError(`defaultPromptName ${reason}`, details);
  const field = "config_sentence_transformers.json: default_prompt_name";
  return new InvalidModelFileError(`${field} ${reason} Pass defaultPromptName or prompts to set it.`, details);
}

function missingConfig(folder: string): ModelNotFoundError {
  return new ModelNotFoundError(
    `${folder} must hold a model, but there is no config.json in it. Name the folder that holds the model's files.`,
    { model: folder, missing: ["config.json"] },
  );
}
