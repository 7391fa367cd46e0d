export { type DatasetReport, type EvaluationReport, type ReportedModel } from "./evaluation-report.js";
export { renderReport } from "./render-report.js";
