import type { InferenceSession } from "onnxruntime-node";
import { InferenceError, RuntimeUnavailableError } from "../errors/index.js";
import { logitsOutput } from "../onnx/index.js";
import type { StreamTensor } from "../planning/index.js";

/** What a session is opened from. */
export interface SessionSource {
  /** Bytes of the `.onnx` file. */
  graph: Uint8Array;
  /** The folder that the graph's weights lie in, itself no symbolic link. */
  weightsFolder: string;
  /** Threads of the matrix products, the calling thread among them. */
  threads: number;
}

/** A model that can be run. */
export interface Session {
  /**
   * Runs one micro-batch; the calling thread is held meanwhile.
   *
   * @returns Logits, shape [documents, labels], in rows.
   * @throws {InferenceError} If the runtime fails.
   */
  run(feeds: Readonly<Record<string, StreamTensor>>): Promise<Float32Array>;
}

/**
 * Opens an ONNX Runtime session on the CPU.
 *
 * Weights are mapped from their files; the runtime keeps a copy of its own, in the order its matrix product reads.
 *
 * @throws {RuntimeUnavailableError} If onnxruntime-node is missing or does not load.
 * @throws {InferenceError} If the runtime refuses the graph.
 */
export async function openSession(source: SessionSource): Promise<Session> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(source.graph, sessionOptions(source)).catch(
    (error: unknown) => {
      throw new InferenceError(`ONNX Runtime could not open the model: ${messageOf(error)}`, {}, { cause: error });
    },
  );
  return {
    run: async (feeds) => {
      const tensors = Object.entries(feeds).map(([name, { type, data, dims }]) => [
        name,
        new runtime.Tensor(type, data, dims),
      ]);
      const outputs = await session.run(Object.fromEntries(tensors) as InferenceSession.FeedsType);
      return outputs[logitsOutput]?.data as Float32Array;
    },
  };
}

type Runtime = typeof import("onnxruntime-node");

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw new RuntimeUnavailableError(
      `onnxruntime-node could not be loaded: ${messageOf(error)}. Install it with ` +
        `"npm install onnxruntime-node --onnxruntime-node-install=skip" (the option skips a download of CUDA libraries).`,
      {},
      { cause: error },
    );
  }
}

function sessionOptions({ threads, weightsFolder }: SessionSource): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Nothing short of a crash: stderr belongs to the application, and what fails is thrown with its message anyway.
    logSeverityLevel: 4,
    extra: { session: { model_external_initializers_file_folder_path: weightsFolder } },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
