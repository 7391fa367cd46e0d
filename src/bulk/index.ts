export { collectScores, removeSubmission, type CollectedScores } from "./collect-scores.js";
export {
  type BulkChunkReport,
  type BulkConnection,
  type BulkScoringOptions,
  type BulkWorkerOptions,
  type CollectOptions,
  type CollectProgress,
  type SubmitOptions,
} from "./options.js";
export { startBulkWorker, type BulkWorker } from "./start-worker.js";
export { submitPairs, type Submission } from "./submit-pairs.js";
