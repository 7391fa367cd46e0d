/**
 * A worker that speaks the protocol of src/inference/protocol.ts without a model. It does what texts tell it to:
 *
 * - `folder` of the spec: "fails to load", "throws while loading", "never loads"; any other loads, and tells its thread's
 *   id as `weightBytes`.
 * - a pair's document, of a call to score: "exit" ends the thread with code 7, "throw" throws, "fail" answers `failed`,
 *   "wait" never answers; one that starts with "thread" gets the thread's id as its logit, and any other its length,
 *   each after a progress message of its own.
 * - a call to tokenize is answered with the list of all messages that came so far.
 */
import { parentPort, threadId, workerData } from "node:worker_threads";

const error = { name: "ShapeMismatchError", code: "SHAPE_MISMATCH", message: "Too wide.", details: { tensor: "Wo" } };
const requests = [];
const documents = new Map();

function score(callId) {
  const texts = documents.get(callId) ?? [];
  for (const [index, text] of texts.entries()) {
    if (text === "exit") process.exit(7);
    if (text === "throw") throw new RangeError("thrown in the worker");
    if (text === "fail") return parentPort.postMessage({ type: "failed", callId, error });
    if (text === "wait") return undefined;
    parentPort.postMessage({ type: "progress", callId, scored: index + 1 });
  }
  const result = Float32Array.from(texts, (text) => (text.startsWith("thread") ? threadId : text.length));
  return parentPort.postMessage({ type: "done", callId, result }, [result.buffer]);
}

parentPort.on("message", (request) => {
  if (request.type === "end") process.exit();
});

function serve(request) {
  requests.push(request);
  const { type, callId } = request;
  if (type === "pairs") documents.set(callId, [...(documents.get(callId) ?? []), ...request.pairs.documents]);
  if (type !== "start") return;
  if (request.call.type === "tokenize") parentPort.postMessage({ type: "done", callId, result: requests });
  else score(callId);
}

switch (workerData.spec.folder) {
  case "fails to load":
    parentPort.postMessage({ type: "failed", callId: 0, error });
    break;
  case "throws while loading":
    throw new RangeError("thrown in the worker");
  case "never loads":
    break;
  default:
    parentPort.on("message", serve);
    parentPort.postMessage({ type: "done", callId: 0, result: { weightBytes: threadId, device: "cpu" } });
}
