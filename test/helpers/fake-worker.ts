import type { ModelSpec, WorkerRequest } from "../../src/inference/protocol.js";

/** A worker script without a model; what it does is written there. */
export const fakeWorkerUrl = new URL("./fake-worker.mjs", import.meta.url);

/** A spec for the fake worker, which looks at the folder only. */
export function fakeSpec(folder = "loads"): ModelSpec {
  return {
    folder,
    config: {},
    architecture: "Fake",
    labelCount: 1,
    maxLength: 8,
    threads: 1,
    dtype: "fp32",
    device: "cpu",
  };
}

/** What the fake worker answers to a call to tokenize: the requests that it got, as they came. */
export function requestsIn(tokenized: unknown): WorkerRequest[] {
  return tokenized as WorkerRequest[];
}
