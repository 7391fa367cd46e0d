import { z } from "zod";
import { InvalidModelFileError, UnsupportedModelError } from "../errors/index.js";
import type { Pooling } from "../head/index.js";
import { moduleConfigName, readModuleConfig, type SavedModule } from "./module-config.js";

/** Before sentence-transformers 5.4 a mode was a flag of its own; several can be set. */
const legacyFlags = {
  pooling_mode_cls_token: "cls",
  pooling_mode_max_tokens: "max",
  pooling_mode_mean_tokens: "mean",
  pooling_mode_mean_sqrt_len_tokens: "mean_sqrt_len_tokens",
  pooling_mode_weightedmean_tokens: "weightedmean",
  pooling_mode_lasttoken: "lasttoken",
} as const;

const supported: readonly Pooling[] = ["cls", "mean", "max"];

const size = z.int().positive();
const flag = z.boolean().optional();

const poolingSchema = z.looseObject({
  embedding_dimension: size.optional(),
  word_embedding_dimension: size.optional(),
  pooling_mode: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  include_prompt: z.boolean().default(true),
  ...(Object.fromEntries(Object.keys(legacyFlags).map((key) => [key, flag])) as Record<
    keyof typeof legacyFlags,
    typeof flag
  >),
});

/**
 * Reads a Pooling module: `pooling_mode`, or the flags that older versions saved in its place.
 *
 * @returns How it pools, and how wide the states are.
 * @throws {UnsupportedModelError} If it pools in several ways at once, or in one that crossrank does not have.
 * @throws {InvalidModelFileError} If its config is missing or damaged.
 */
export async function readPooling(folder: string, module: SavedModule): Promise<{ pooling: Pooling; size: number }> {
  const config = await readModuleConfig(folder, module, poolingSchema);
  const name = moduleConfigName(module);
  if (!config.include_prompt) {
    throw new UnsupportedModelError(
      `${name}: include_prompt must be true, got false. crossrank does not leave a prompt out of pooling.`,
      { field: "include_prompt", value: false, supported: [true] },
    );
  }
  const width = config.embedding_dimension ?? config.word_embedding_dimension;
  if (width === undefined) {
    throw new InvalidModelFileError(`${name} must say its embedding_dimension, but does not. Save the model again.`, {
      path: name,
    });
  }
  return { pooling: requireSupported(modesOf(config), name), size: width };
}

function modesOf(config: z.infer<typeof poolingSchema>): readonly string[] {
  if (config.pooling_mode !== undefined) return [config.pooling_mode].flat();
  const flags = Object.keys(legacyFlags) as (keyof typeof legacyFlags)[];
  const modes = flags.filter((key) => config[key] === true).map((key) => legacyFlags[key]);
  return modes.length === 0 ? ["mean"] : modes;
}

function requireSupported(modes: readonly string[], name: string): Pooling {
  const pooling = supported.find((mode) => mode === modes[0]);
  if (pooling !== undefined && modes.length === 1) return pooling;
  throw new UnsupportedModelError(
    `${name}: pooling_mode must be one of ${supported.join(", ")}, got ${modes.join(" with ")}. crossrank does not ` +
      `pool otherwise.`,
    { field: "pooling_mode", value: modes, supported },
  );
}
