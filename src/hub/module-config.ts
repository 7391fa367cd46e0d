import { join } from "node:path";
import type { z } from "zod";
import { InvalidModelFileError } from "../errors/index.js";
import { readJsonFile } from "../json/index.js";

/** An entry of `modules.json`. */
export interface SavedModule {
  /** Its folder, relative to the model's. */
  path: string;
  /** Dotted class path. */
  type: string;
}

/** What a module is, by the last part of its class path; `undefined` for code that is not sentence-transformers'. */
export function moduleClass({ type }: SavedModule): string | undefined {
  // The classes moved between versions of sentence-transformers; from elsewhere, they are code of the repository's own.
  return type.startsWith("sentence_transformers.") ? type.split(".").at(-1) : undefined;
}

/** Modules that a message names: no real chain has more. */
const maxShown = 10;

/** Modules as a message names them. */
export function listModules(modules: readonly SavedModule[]): string {
  const shown = modules.slice(0, maxShown).map(({ type, path }) => (path === "" ? type : `${type} in ${path}`));
  return shown.join(", ") + (modules.length > maxShown ? ` and ${modules.length - maxShown} more` : "");
}

/** Path of a module's config, as messages name it. */
export function moduleConfigName({ path }: SavedModule): string {
  return `${path}/config.json`;
}

/** @throws {InvalidModelFileError} If a module has no config, or a damaged one. */
export async function readModuleConfig<Schema extends z.ZodType>(
  folder: string,
  module: SavedModule,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const path = join(folder, module.path, "config.json");
  const config = await readJsonFile(path, schema);
  if (config !== undefined) return config;
  throw new InvalidModelFileError(
    `${path} must be there, as modules.json names ${module.path}. Download the folders of all modules.`,
    { path },
  );
}
