export type { Passage } from "./document-pieces.js";
export { loadPairTokenizer, type LoadedTokenizer } from "./load-pair-tokenizer.js";
export {
  PairTokenizer,
  type TextPair,
  type TokenizedPair,
  type TokenizedPassage,
  type TokenizeOptions,
} from "./pair-tokenizer.js";
export { parseTokenizerConfig, type TokenizerConfig } from "./tokenizer-config.js";
export type { TokenizerPaths } from "./tokenizer-files.js";
