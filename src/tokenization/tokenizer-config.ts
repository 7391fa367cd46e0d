import { z } from "zod";
import { parseField } from "./parse-field.js";

/** What crossrank reads of a `tokenizer_config.json`. */
export interface TokenizerConfig {
  /** Longest input in tokens. Absent, or very large (1e30), in files that set no limit. */
  modelMaxLength?: number;
  /** What the model takes, as `input_ids`. */
  modelInputNames?: readonly string[];
  /** The end of a text that truncation cuts. */
  truncationSide?: string;
}

const configSchema = z.looseObject({
  model_max_length: z.number().positive().nullish(),
  model_input_names: z.array(z.string()).nullish(),
  truncation_side: z.string().nullish(),
});

/**
 * Reads a `tokenizer_config.json`.
 *
 * @param json - The parsed file.
 * @param path - Where it came from, for errors.
 * @throws {InvalidModelFileError} If a field has a wrong type.
 */
export function parseTokenizerConfig(json: unknown, path: string): TokenizerConfig {
  const raw = parseField(configSchema, { value: json, path, field: "" });
  return {
    ...(raw.model_max_length == null ? {} : { modelMaxLength: raw.model_max_length }),
    ...(raw.model_input_names == null ? {} : { modelInputNames: raw.model_input_names }),
    ...(raw.truncation_side == null ? {} : { truncationSide: raw.truncation_side }),
  };
}
