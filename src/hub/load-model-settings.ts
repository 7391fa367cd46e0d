import { join } from "node:path";
import { z } from "zod";
import {
  InvalidModelFileError,
  InvalidOptionsError,
  ModelNotFoundError,
  UnsupportedModelError,
} from "../errors/index.js";
import { resolveActivation, type ActivationName } from "./activation-name.js";
import { resolveMaxLength } from "./max-length.js";
import { readJsonFile } from "../json/index.js";
import { positionOffset } from "../planning/index.js";
import { readSavedModules, type SavedModules } from "./saved-modules.js";

/** What a model's small files say about it, and what of the caller's options overrides them. */
export interface ModelSettings {
  folder: string;
  /** `config.json` as parsed; what is architecture-specific in it is still unchecked. */
  config: Readonly<Record<string, unknown>>;
  /** `architectures[0]` of the config. */
  architecture: string;
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
export interface SettingsOverrides {
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
  id2label: z.record(z.string().regex(/^\d+$/), z.string()).nullish(),
  num_labels: z.int().positive().max(maxLabelCount).optional(),
  max_position_embeddings: z.union([z.int().positive(), z.literal(-1)]).default(transformersDefaults.positions),
  model_type: z.string().nullish(),
  pad_token_id: z.int().nonnegative().nullish(),
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
 * @throws {UnsupportedModelError} If the model is no sequence classifier.
 * @throws {InvalidOptionsError} If an override does not go with the model.
 */
export async function loadModelSettings(folder: string, overrides: SettingsOverrides = {}): Promise<ModelSettings> {
  const config = await readJsonFile(join(folder, "config.json"), configSchema);
  if (config === undefined) throw missingConfig(folder);
  // Before the architecture: a bare encoder may be one module of a chain, and the chain is what to speak of then.
  const saved = await readSavedModules(folder);
  const architecture = requireClassifier(config.architectures?.[0]);
  const tokenizerConfig = await readJsonFile(join(folder, "tokenizer_config.json"), tokenizerConfigSchema);
  const id2label = labelNames(config);
  const labelCount = Object.keys(id2label).length;
  const hasOwnActivation = overrides.activationFn !== undefined;
  return {
    folder,
    config,
    architecture,
    labelCount,
    id2label,
    activation: resolveActivation(hasOwnActivation ? [] : activationSources(config, saved), labelCount),
    maxLength: resolveMaxLength({
      savedProcessing: saved?.processingMaxLength,
      option: overrides.maxLength,
      savedModule: saved?.moduleMaxLength,
      tokenizer: tokenizerConfig?.model_max_length ?? undefined,
      positions: usablePositions(config),
    }),
    ...mergePrompts(saved, overrides),
  };
}

type Config = z.infer<typeof configSchema>;

function activationSources(config: Config, saved: SavedModules | undefined) {
  return [
    { classPath: saved?.activation, origin: "config_sentence_transformers.json: activation_fn" },
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

/** Some models keep the first rows of their position table for padding. */
function usablePositions(config: Config): number {
  const { max_position_embeddings: positions } = config;
  return positions === -1 ? positions : positions - positionOffset(config);
}

function labelNames(config: Config): Record<number, string> {
  const names = Object.entries(config.id2label ?? {});
  if (names.length > 0) return Object.fromEntries(names);
  const labelCount = config.num_labels ?? transformersDefaults.labelCount;
  return Object.fromEntries(Array.from({ length: labelCount }, (_, index) => [index, `LABEL_${index}`]));
}

function mergePrompts(saved: SavedModules | undefined, overrides: SettingsOverrides) {
  const prompts = { ...saved?.prompts, ...overrides.prompts };
  const defaultPromptName = overrides.defaultPromptName ?? saved?.defaultPromptName;
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

/** Tells a sequence classifier from the models that are often taken for one. */
function requireClassifier(architecture: string | undefined): string {
  if (architecture?.endsWith("ForSequenceClassification")) return architecture;
  const details = { field: "architectures", value: architecture, supported: ["…ForSequenceClassification"] };
  const start = `config.json: architectures must name a sequence classifier, got ${architecture ?? "nothing"}. `;
  if (architecture?.endsWith("ForCausalLM")) {
    throw new UnsupportedModelError(
      `${start}A generation model that answers yes or no is not a cross-encoder.`,
      details,
    );
  }
  throw new UnsupportedModelError(
    `${start}This model has no trained head that scores pairs; use a reranker, or fine-tune this model as one.`,
    details,
  );
}

function missingConfig(folder: string): ModelNotFoundError {
  return new ModelNotFoundError(
    `${folder} must hold a model, but there is no config.json in it. Name the folder that holds the model's files.`,
    { model: folder, missing: ["config.json"] },
  );
}
