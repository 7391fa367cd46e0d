import { join } from "node:path";
import { z } from "zod";
import { UnsupportedModelError } from "../errors/index.js";
import { readJsonFile } from "../json/index.js";

/** What sentence-transformers 5.4 and later save beside a cross-encoder's `config.json`. */
export interface SavedModules {
  /** Dotted class path of the activation. */
  activation?: string | undefined;
  prompts: Readonly<Record<string, string>>;
  defaultPromptName?: string | undefined;
  /** `processing_kwargs.text.max_length`. */
  processingMaxLength?: number | undefined;
  /** `max_seq_length`. */
  moduleMaxLength?: number | undefined;
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
  processing_kwargs: z.looseObject({ text: z.looseObject({ max_length: maxLength }).optional() }).nullish(),
});

/**
 * Reads `modules.json` and the files that go with it.
 *
 * @returns `undefined` where `config.json` alone describes the model: there is no `modules.json`, or it was saved as
 * something else than a cross-encoder, in which case the reference ignores its modules and prompts too.
 * @throws {UnsupportedModelError} If the chain is more than one sequence-classification transformer.
 */
export async function readSavedModules(folder: string): Promise<SavedModules | undefined> {
  const modules = await readJsonFile(join(folder, "modules.json"), modulesSchema);
  if (modules === undefined) return undefined;
  const pipeline = await readJsonFile(join(folder, "config_sentence_transformers.json"), pipelineSchema);
  if (pipeline?.model_type !== "CrossEncoder") return undefined;
  requireOneTransformer(modules);
  const transformer = await readJsonFile(join(folder, "sentence_bert_config.json"), transformerSchema);
  requireClassification(transformer?.transformer_task);
  return {
    activation: pipeline.activation_fn ?? undefined,
    prompts: pipeline.prompts ?? {},
    defaultPromptName: pipeline.default_prompt_name ?? undefined,
    processingMaxLength: transformer?.processing_kwargs?.text?.max_length ?? undefined,
    moduleMaxLength: transformer?.max_seq_length ?? undefined,
  };
}

/** The class moved between versions of sentence-transformers; from elsewhere, it is code of the repository's own. */
const transformerClass = /^sentence_transformers\.(?:.+\.)?Transformer$/;

/** Modules that a message names: no real chain has more. */
const maxShown = 10;

function requireOneTransformer(modules: z.infer<typeof modulesSchema>): void {
  const [first] = modules;
  if (modules.length === 1 && first?.path === "" && transformerClass.test(first.type)) return;
  const found = modules.slice(0, maxShown).map(({ type, path }) => (path === "" ? type : `${type} in ${path}`));
  const rest = modules.length > maxShown ? ` and ${modules.length - maxShown} more` : "";
  throw new UnsupportedModelError(
    `modules.json must hold one Transformer at the folder's root, got ${found.join(", ")}${rest}. ` +
      `crossrank does not run chains of modules, or a repository's own code.`,
    { field: "modules.json", value: found, supported: ["Transformer"] },
  );
}

function requireClassification(task: string | undefined): void {
  if (task === "sequence-classification") return;
  throw new UnsupportedModelError(
    `sentence_bert_config.json: transformer_task must be "sequence-classification", got ` +
      `"${task ?? "feature-extraction, the default"}". A model for other tasks has no head that scores pairs.`,
    { field: "transformer_task", value: task ?? "feature-extraction", supported: ["sequence-classification"] },
  );
}
