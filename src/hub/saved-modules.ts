import { join } from "node:path";
import { z } from "zod";
import { UnsupportedModelError } from "../errors/index.js";
import { readJsonFile } from "../json/index.js";
import { readModuleChain, type ModuleChain } from "./module-chain.js";
import { listModules, moduleClass, type SavedModule } from "./module-config.js";

/** `modules.json`, and what `config_sentence_transformers.json` says of them. */
export interface SavedPipeline {
  modules: readonly SavedModule[];
  /** What sentence-transformers saved them as: where nothing says so, an embedding model. */
  modelType: string;
  /** Dotted class path of the activation. */
  activation: string | undefined;
  prompts: Readonly<Record<string, string>>;
  defaultPromptName: string | undefined;
}

/** What sentence-transformers 5.4 and later save beside a cross-encoder's `config.json`. */
export interface SavedModules {
  pipeline: SavedPipeline;
  /** `processing_kwargs.text.max_length`. */
  processingMaxLength?: number | undefined;
  /** `max_seq_length`. */
  moduleMaxLength?: number | undefined;
  /** The file that holds the two lengths. */
  lengthFile: string;
  /** The modules after the encoder; absent where the model is one sequence-classification transformer. */
  chain?: ModuleChain | undefined;
}

const modulesSchema = z.array(z.looseObject({ path: z.string(), type: z.string() })).min(1);

const pipelineSchema = z.looseObject({
  model_type: z.string().optional(),
  activation_fn: z.string().nullish(),
  prompts: z.record(z.string(), z.string()).nullish(),
  default_prompt_name: z.string().nullish(),
});

const maxLength = z.int().positive().nullish();

const transformerSchema = z.looseObject({
  transformer_task: z.string().optional(),
  max_seq_length: maxLength,
  do_lower_case: z.boolean().nullish(),
  processing_kwargs: z.looseObject({ text: z.looseObject({ max_length: maxLength }).optional() }).nullish(),
});

/** Where a Transformer module keeps its config: the first of these that is there. Versions before 2 had one a family. */
export const transformerFiles = [
  "sentence_bert_config.json",
  "sentence_roberta_config.json",
  "sentence_distilbert_config.json",
  "sentence_camembert_config.json",
  "sentence_albert_config.json",
  "sentence_xlm-roberta_config.json",
  "sentence_xlnet_config.json",
] as const;

/** Reads `modules.json` and `config_sentence_transformers.json`. @returns `undefined` without the former. */
export async function readSavedPipeline(folder: string): Promise<SavedPipeline | undefined> {
  const modules = await readJsonFile(join(folder, "modules.json"), modulesSchema);
  if (modules === undefined) return undefined;
  const config = await readJsonFile(join(folder, "config_sentence_transformers.json"), pipelineSchema);
  return {
    modules,
    modelType: config?.model_type ?? "SentenceTransformer",
    activation: config?.activation_fn ?? undefined,
    prompts: config?.prompts ?? {},
    defaultPromptName: config?.default_prompt_name ?? undefined,
  };
}

/**
 * Reads the files that go with the modules of a cross-encoder.
 *
 * @returns `undefined` where `config.json` alone describes the model: there is no `modules.json`, or it was saved as
 * something else than a cross-encoder, in which case the reference ignores its modules and prompts too.
 * @throws {UnsupportedModelError} If the modules are neither one sequence-classification transformer nor a chain that
 * {@link readModuleChain} takes.
 */
export async function readSavedModules(
  folder: string,
  pipeline: SavedPipeline | undefined,
): Promise<SavedModules | undefined> {
  if (pipeline?.modelType !== "CrossEncoder") return undefined;
  const headModules = requireTransformer(pipeline.modules);
  const { name, config } = await readTransformerConfig(folder);
  const hasHead = headModules.length > 0;
  requireTask(config.transformer_task, { name, hasHead });
  requireCase(config.do_lower_case, name);
  return {
    pipeline,
    processingMaxLength: config.processing_kwargs?.text?.max_length ?? undefined,
    moduleMaxLength: config.max_seq_length ?? undefined,
    lengthFile: name,
    chain: hasHead ? await readModuleChain(folder, headModules) : undefined,
  };
}

async function readTransformerConfig(folder: string) {
  for (const name of transformerFiles) {
    const config = await readJsonFile(join(folder, name), transformerSchema);
    if (config !== undefined) return { name, config };
  }
  return { name: transformerFiles[0], config: {} as z.infer<typeof transformerSchema> };
}

/** @returns The modules after the transformer. */
function requireTransformer(modules: readonly SavedModule[]): readonly SavedModule[] {
  const [first, ...rest] = modules;
  if (first?.path === "" && moduleClass(first) === "Transformer") return rest;
  const found = listModules(modules);
  throw new UnsupportedModelError(
    `modules.json must begin with a Transformer at the folder's root, got ${found}. crossrank does not run other ` +
      `modules, or a repository's own code.`,
    { field: "modules.json", value: found, supported: ["Transformer"] },
  );
}

/** @param options.hasHead - Whether other modules make scores of what the transformer gives. */
function requireTask(task: string | undefined, { name, hasHead }: { name: string; hasHead: boolean }): void {
  const required = hasHead ? "feature-extraction" : "sequence-classification";
  if ((task ?? "feature-extraction") === required) return;
  const reason = hasHead
    ? "The modules after it take the states of tokens."
    : "A model for other tasks has no head that scores pairs.";
  throw new UnsupportedModelError(
    `${name}: transformer_task must be "${required}", got "${task ?? "feature-extraction, the default"}". ${reason}`,
    { field: "transformer_task", value: task ?? "feature-extraction", supported: [required] },
  );
}

function requireCase(lowersCase: boolean | null | undefined, name: string): void {
  if (lowersCase !== true) return;
  throw new UnsupportedModelError(
    `${name}: do_lower_case must be false, got true. crossrank changes the case of texts only where tokenizer.json says so.`,
    { field: "do_lower_case", value: true, supported: [false] },
  );
}
