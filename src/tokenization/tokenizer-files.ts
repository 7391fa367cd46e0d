import { requireSupported } from "./parse-field.js";
import { parseTokenizerConfig, type TokenizerConfig } from "./tokenizer-config.js";
import { parseTokenizerJson, type TokenizerJson } from "./tokenizer-json.js";

/** Where a tokenizer's two files came from, for errors. */
export interface TokenizerPaths {
  tokenizerJson: string;
  tokenizerConfig: string;
}

/** The two files of a tokenizer, checked. */
export interface TokenizerFiles {
  json: TokenizerJson;
  config: TokenizerConfig;
}

/**
 * Checks a tokenizer's two files, each alone and against each other.
 *
 * @throws {InvalidModelFileError} If a field is missing or has a wrong type.
 * @throws {UnsupportedModelError} If the model is of an unknown type, or texts are to be cut on their left.
 */
export function parseTokenizerFiles(
  tokenizerJson: unknown,
  tokenizerConfig: unknown,
  paths: TokenizerPaths,
): TokenizerFiles {
  const json = parseTokenizerJson(tokenizerJson, paths.tokenizerJson);
  const config = parseTokenizerConfig(tokenizerConfig, paths.tokenizerConfig);
  requireRightTruncation({ json, config }, paths);
  return { json, config };
}

/** As in transformers, the config's side wins over the one that was saved with the tokenizer. */
function requireRightTruncation({ json, config }: TokenizerFiles, paths: TokenizerPaths): void {
  if (config.truncationSide !== undefined) {
    requireSupported(["right"], {
      value: config.truncationSide,
      path: paths.tokenizerConfig,
      field: "truncation_side",
    });
  } else {
    const direction = json.truncation?.direction ?? "Right";
    requireSupported(["Right"], { value: direction, path: paths.tokenizerJson, field: "truncation.direction" });
  }
}
