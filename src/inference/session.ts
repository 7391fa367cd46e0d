import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { InferenceError, RuntimeUnavailableError } from "../errors/index.js";
import { logitsOutput } from "../onnx/index.js";
import type { StreamTensor } from "../planning/index.js";
import { float16ToFloat32 } from "../safetensors/index.js";
import { parseDevice, type Device } from "./devices.js";
import { withWebGpu } from "./webgpu-lock.js";

/** What a session is opened from. */
export interface SessionSource {
  /** Bytes of a `.onnx` file, or the path of one. */
  graph: Uint8Array | string;
  /** For a graph in bytes: the folder that its weights lie in, itself no symbolic link. */
  weightsFolder?: string;
  /** Threads of the matrix products, the calling thread among them. */
  threads: number;
  /** @default "cpu" */
  device?: Device;
}

/** An input or output of a graph. */
export interface GraphTensor {
  name: string;
  /** Element type, `"float32"` or the like; `undefined` for what is no tensor. */
  type: string | undefined;
  /** Lengths of the axes; the name of a length that is known only at run time. */
  shape: readonly (number | string)[];
}

/** A model that can be run. */
export interface Session {
  inputs: readonly GraphTensor[];
  outputs: readonly GraphTensor[];
  /**
   * Runs one micro-batch; the calling thread is held meanwhile.
   *
   * @param output - The output that is wanted, floats of any width.
   * @returns Its elements, the last axis running fastest; of logits, shape [documents, labels] in rows.
   */
  run(feeds: Readonly<Record<string, StreamTensor>>, output?: string): Promise<Float32Array>;
  /** Gives up what the session holds on its device. */
  close(): Promise<void>;
}

/** What this thread has open on WebGPU, if it ever had: the end of the thread would close it out of turn. */
let webGpuSessions: Set<InferenceSession> | undefined;

/**
 * Opens an ONNX Runtime session.
 *
 * On the CPU, weights are mapped from their files; the runtime keeps a copy of its own, in the order its matrix product
 * reads. On a GPU, nodes that it has no kernel for run on the CPU.
 *
 * @throws {RuntimeUnavailableError} If onnxruntime-node is missing or does not load.
 * @throws {InferenceError} If the runtime refuses the graph or the device; `cause` is its error.
 */
export async function openSession(source: SessionSource): Promise<Session> {
  const runtime = await loadRuntime();
  const isWebGpu = source.device === "webgpu";
  if (isWebGpu) webGpuSessions ??= new Set();
  const inTurn: typeof withWebGpu = isWebGpu ? withWebGpu : (use) => use();
  const opened = await inTurn(async () => {
    const session = await createSession(runtime, source);
    if (isWebGpu) webGpuSessions?.add(session);
    return session;
  }).catch((error: unknown) => {
    throw new InferenceError(`ONNX Runtime could not open the model: ${messageOf(error)}`, {}, { cause: error });
  });
  return {
    inputs: opened.inputMetadata.map(describeTensor),
    outputs: opened.outputMetadata.map(describeTensor),
    run: async (feeds, output = logitsOutput) => {
      const tensors = Object.entries(feeds).map(([name, { type, data, dims }]) => [
        name,
        new runtime.Tensor(type, data, dims),
      ]);
      const results = await inTurn(() =>
        opened.run(Object.fromEntries(tensors) as InferenceSession.FeedsType, [output]),
      );
      return toFloat32(results[output] as Tensor);
    },
    close: () =>
      inTurn(async () => {
        webGpuSessions?.delete(opened);
        await opened.release();
      }),
  };
}

/** Closes the sessions that the end of the thread would close at a bad time. What is running ends first. */
export async function closeSessions(): Promise<void> {
  const sessions = webGpuSessions;
  if (sessions === undefined) return;
  await withWebGpu(async () => {
    for (const session of sessions) await session.release();
    sessions.clear();
  });
}

/** Kinds of devices that onnxruntime-node was built for on this platform; that there is one of a kind is not said. */
export async function listDeviceKinds(): Promise<string[]> {
  return (await loadRuntime()).listSupportedBackends().map(({ name }) => name);
}

/** The folder that onnxruntime-node's native libraries lie in. */
export function runtimeFolder(): string {
  const entry = createRequire(import.meta.url).resolve("onnxruntime-node");
  return join(dirname(entry), "..", "bin", "napi-v6", process.platform, process.arch);
}

type Runtime = typeof import("onnxruntime-node");

async function loadRuntime(): Promise<Runtime> {
  try {
    const runtime = await import("onnxruntime-node");
    // Stderr belongs to the application, and what fails is thrown with its message anyway.
    runtime.env.logLevel = "fatal";
    return runtime;
  } catch (error) {
    throw new RuntimeUnavailableError(
      `onnxruntime-node could not be loaded: ${messageOf(error)}. Install it with ` +
        `"npm install onnxruntime-node --onnxruntime-node-install=skip" (the option skips a download of CUDA libraries).`,
      {},
      { cause: error },
    );
  }
}

function createSession(runtime: Runtime, source: SessionSource): Promise<InferenceSession> {
  const { graph } = source;
  const options = sessionOptions(source);
  // One signature a type.
  return typeof graph === "string"
    ? runtime.InferenceSession.create(graph, options)
    : runtime.InferenceSession.create(graph, options);
}

function sessionOptions({ threads, weightsFolder, device = "cpu" }: SessionSource): InferenceSession.SessionOptions {
  const { kind, index } = parseDevice(device);
  return {
    executionProviders: [kind === "cuda" ? { name: kind, deviceId: index } : kind],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // As for the runtime itself: nothing short of a crash.
    logSeverityLevel: 4,
    ...(weightsFolder === undefined
      ? {}
      : { extra: { session: { model_external_initializers_file_folder_path: weightsFolder } } }),
  };
}

function describeTensor(metadata: InferenceSession.ValueMetadata): GraphTensor {
  if (!metadata.isTensor) return { name: metadata.name, type: undefined, shape: [] };
  return { name: metadata.name, type: metadata.type, shape: metadata.shape };
}

function toFloat32({ type, data }: Tensor): Float32Array {
  if (type === "float32") return data as Float32Array;
  if (type === "float16" && data instanceof Uint16Array) return float16ToFloat32(data);
  // Float64Array, and Float16Array where Node.js has it.
  if (type === "float16" || type === "float64") return Float32Array.from(data as ArrayLike<number>);
  throw new InferenceError(`The model's output must be floats, got ${type}.`, { type });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
