export { formatScores } from "./format-scores.js";
export { openInput, type Input } from "./input.js";
export { parseJsonLine } from "./parse-json-line.js";
export { parseDocument, parsePair } from "./parse-line.js";
export { invalidLine, readLines, type Line } from "./read-lines.js";
export { writeWholeFile } from "./write-whole-file.js";
