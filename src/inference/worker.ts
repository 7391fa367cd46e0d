/** The worker thread's entry: loads one model and serves calls on it until it is terminated. */
import { parentPort, workerData } from "node:worker_threads";
import { serializeError } from "../errors/index.js";
import { scorePairs, scorePassages, tokenizePairs, type Pair } from "./calls.js";
import { FairScheduler, type Task } from "./fair-scheduler.js";
import {
  loadCallId,
  type CallKind,
  type PairColumns,
  type TokenCounts,
  type WorkerData,
  type WorkerReply,
  type WorkerRequest,
} from "./protocol.js";
import { ScoringModel } from "./scoring-model.js";
import { closeSessions } from "./session.js";

const { spec, hasExited } = workerData as WorkerData;
const scheduler = new FairScheduler();
const pendingPairs = new Map<number, Pair[]>();

function reply(message: WorkerReply, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function serve(model: ScoringModel, request: Exclude<WorkerRequest, { type: "end" }>): void {
  const { callId } = request;
  switch (request.type) {
    case "pairs": {
      const pairs = pendingPairs.get(callId) ?? [];
      for (const pair of toPairs(request.pairs)) pairs.push(pair);
      pendingPairs.set(callId, pairs);
      return;
    }
    case "start":
      scheduler.add(callId, guarded(callId, startCall(model, callId, request.call)));
      return;
    case "cancel":
      pendingPairs.delete(callId);
      scheduler.drop(callId);
      return;
    default:
      request satisfies never;
  }
}

function startCall(model: ScoringModel, callId: number, call: CallKind): Task {
  const pairs = pendingPairs.get(callId) ?? [];
  pendingPairs.delete(callId);
  if (call.type === "tokenize") {
    return tokenizePairs(model, pairs, (tokenized) => reply({ type: "done", callId, result: tokenized }));
  }
  const options = {
    limits: call.limits,
    labelCount: spec.labelCount,
    onTokenized: (counts: TokenCounts) =>
      reply({ type: "tokenized", callId, counts }, buffersOf([counts.tokens, counts.truncated])),
    onScored: (scored: number) => reply({ type: "progress", callId, scored }),
  };
  if (call.type === "scorePassages") {
    return scorePassages(model, pairs, {
      ...options,
      onDone: (result) => reply({ type: "done", callId, result }, buffersOf(Object.values(result))),
    });
  }
  return scorePairs(model, pairs, {
    ...options,
    onDone: (logits) => reply({ type: "done", callId, result: logits }, buffersOf([logits])),
  });
}

/** Ends a call that throws by telling its caller. */
async function* guarded(callId: number, task: Task): Task {
  try {
    yield* task;
  } catch (error) {
    reply({ type: "failed", callId, error: serializeError(error) });
  }
}

/** A message comes between two runs of the model, and so does the end. */
async function end(): Promise<void> {
  try {
    await closeSessions();
  } finally {
    process.exit();
  }
}

function buffersOf(arrays: readonly ArrayBufferView[]): ArrayBuffer[] {
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}

function toPairs({ queries, documents }: PairColumns): Pair[] {
  return documents.map((document, index) => [
    typeof queries === "string" ? queries : (queries[index] as string),
    document,
  ]);
}

process.once("exit", () => {
  Atomics.store(hasExited, 0, 1);
  Atomics.notify(hasExited, 0);
});

const loading = ScoringModel.load(spec);
parentPort?.on("message", (request: WorkerRequest) => {
  if (request.type === "end") void end();
  // Calls come once the model is loaded.
  else void loading.then((model) => serve(model, request));
});
try {
  const model = await loading;
  reply({ type: "done", callId: loadCallId, result: model.info });
} catch (error) {
  reply({ type: "failed", callId: loadCallId, error: serializeError(error) });
}
