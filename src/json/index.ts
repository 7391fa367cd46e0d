export { readJsonFile } from "./read-json-file.js";
