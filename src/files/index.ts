export { writeWholeFile } from "./write-whole-file.js";
