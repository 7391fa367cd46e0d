import { CrossrankError, DeviceUnavailableError } from "../errors/index.js";
import { GraphBuilder, logitsOutput, standardOperators, type MappedPrecision } from "../onnx/index.js";
import { findMissingLibrary } from "./cuda-libraries.js";
import { isGpu, parseDevice, type Device } from "./devices.js";
import { listDeviceKinds, openSession, runtimeFolder } from "./session.js";

/**
 * Checks that a device is there, by running a small graph on it: what fails then is the device, and not a model.
 *
 * @param precision - What it is to multiply in.
 * @throws {DeviceUnavailableError} If it cannot be used; says what to install.
 */
export async function requireDevice(device: Device, precision: MappedPrecision): Promise<void> {
  if (!isGpu(device)) return;
  const { kind } = parseDevice(device);
  const kinds = await listDeviceKinds();
  if (!kinds.includes(kind)) throw notOnPlatform(device, kinds);
  try {
    await runProbe(device, precision);
  } catch (error) {
    throw describeFailure(device, error);
  }
}

async function runProbe(device: Device, precision: MappedPrecision): Promise<void> {
  const session = await openSession({ graph: buildProbe(precision).encode(), threads: 1, device });
  try {
    await session.run({ states: { type: "float32", data: Float32Array.of(1, 2, 3, 4), dims: [2, 2] } });
  } finally {
    await session.close();
  }
}

function buildProbe(precision: MappedPrecision): GraphBuilder {
  const graph = new GraphBuilder("probe", standardOperators);
  const states = graph.input("states", "float32", ["rows", 2]);
  const factor = precision === "fp32" ? states : graph.cast(states, "float16");
  const product = graph.op("MatMul", [factor, factor]);
  graph.output(logitsOutput, precision === "fp32" ? product : graph.castToFloat32(product), "float32", ["rows", 2]);
  return graph;
}

function notOnPlatform(device: Device, kinds: readonly string[]): DeviceUnavailableError {
  return new DeviceUnavailableError(
    `device must be one that onnxruntime-node has on ${process.platform} ${process.arch} (${kinds.join(", ")}), got ` +
      `"${device}". Use another device, or "cpu".`,
    { device, kinds },
  );
}

function describeFailure(device: Device, error: unknown): Error {
  const cause = CrossrankError.isInstance(error) && error.code === "INFERENCE_FAILED" ? (error.cause ?? error) : error;
  if (CrossrankError.isInstance(cause)) return cause;
  const reason = cause instanceof Error ? cause.message.trim() : String(cause);
  const { remedy, library } = parseDevice(device).kind === "cuda" ? explainCuda(reason) : explainWebGpu(reason);
  return new DeviceUnavailableError(
    `device "${device}" cannot be used: ${reason}. ${remedy}`,
    { device, reason, ...(library && { library }) },
    { cause },
  );
}

const cudaRequirements = "https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html#requirements";

function explainCuda(reason: string): { remedy: string; library?: string } {
  const missing = /load(?:ing)? shared library/i.test(reason) ? findMissingLibrary(runtimeFolder()) : undefined;
  if (missing === undefined) {
    return { remedy: `It takes an NVIDIA GPU with its driver, CUDA 12 and cuDNN 9 (${cudaRequirements}).` };
  }
  if (missing.isOfRuntime) {
    return {
      library: missing.name,
      remedy:
        `${missing.name} is missing, which onnxruntime-node's install step downloads: run ` +
        `"ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false". ` +
        `CUDA 12 and cuDNN 9 must be installed too (${cudaRequirements}).`,
    };
  }
  return {
    library: missing.name,
    remedy:
      `The system's loader does not find ${missing.name}, a library of CUDA or cuDNN in the version that its name ends ` +
      `with. Install it (${cudaRequirements}), and add its folder to LD_LIBRARY_PATH.`,
  };
}

function explainWebGpu(reason: string): { remedy: string; library?: string } {
  if (reason.includes("requires f16")) return { remedy: `The GPU has no half precision: use dtype "fp32".` };
  if (process.platform !== "linux") return { remedy: "It takes a GPU with its driver." };
  return {
    remedy: "It takes a GPU with its Vulkan driver, and the Vulkan loader (libvulkan.so.1, Debian's libvulkan1).",
  };
}
