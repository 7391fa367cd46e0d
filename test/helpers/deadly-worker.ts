/**
 * A bulk worker that the kernel seems to kill over some pairs: `tsx deadly-worker.ts REDIS_URL MODEL_FOLDER`.
 *
 * It scores without a model, by the length of the document, and dies of documents with the word "deadly".
 */
import { startBulkWorker } from "../../src/bulk/index.js";
import { CrossEncoder } from "../../src/cross-encoder/index.js";

const [redis = "", folder = ""] = process.argv.slice(2);

const encoder = {
  numLabels: 1,
  id2label: { 0: "LABEL_0" },
  info: { folder },
  predict: async (pairs: readonly [string, string][]) => {
    if (pairs.some(([, document]) => document.includes("deadly"))) process.kill(process.pid, "SIGKILL");
    return Float32Array.from(pairs, ([, document]) => document.length);
  },
  dispose: async () => undefined,
};
CrossEncoder.fromPretrained = async () => encoder as unknown as CrossEncoder;

const worker = await startBulkWorker({ redis, stalledAfterMs: 300, untilDone: true });
await worker.ended;
