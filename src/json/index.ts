export { describeIssues, listIssues } from "./describe-issues.js";
export { readJsonFile } from "./read-json-file.js";
