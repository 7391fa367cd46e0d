import { DeviceUnavailableError } from "../errors/index.js";
import { hasGpuDevice } from "../machine/index.js";
import type { MappedPrecision } from "../onnx/index.js";
import type { Device } from "./devices.js";
import { requireDevice } from "./require-device.js";

/** A device that is there. */
export interface ChosenDevice {
  device: Device;
  /** Why `"auto"` chose no better one, for a warning. */
  fallback?: string;
}

/** What `"auto"` tries before the CPU. */
const candidates = ["cuda", "webgpu"] as const satisfies readonly Device[];

/**
 * Finds the device that a model runs on.
 *
 * `"auto"` is CUDA, else WebGPU if there is a GPU (software that stands in for one is slower than the CPU), else the
 * CPU; a model that no GPU runs goes to the CPU and says nothing of it.
 *
 * @param gpuPrecision - What the model would multiply in on a GPU; `undefined` if it runs on the CPU only.
 * @throws {DeviceUnavailableError} If a device that is asked for by name cannot be used.
 */
export async function chooseDevice(
  wanted: Device | "auto",
  gpuPrecision: MappedPrecision | undefined,
): Promise<ChosenDevice> {
  if (wanted !== "auto") {
    await requireDevice(wanted, gpuPrecision ?? "fp32");
    return { device: wanted };
  }
  if (gpuPrecision === undefined) return { device: "cpu" };
  const reasons: string[] = [];
  for (const device of candidates) {
    const reason = await reasonAgainst(device, gpuPrecision);
    if (reason === undefined) return { device, ...(reasons.length > 0 && { fallback: describe(device, reasons) }) };
    reasons.push(reason);
  }
  return { device: "cpu", fallback: describe("cpu", reasons) };
}

async function reasonAgainst(device: "cuda" | "webgpu", precision: MappedPrecision): Promise<string | undefined> {
  if (device === "webgpu" && !hasGpuDevice()) return `device "webgpu" cannot be used: there is no GPU.`;
  try {
    await requireDevice(device, precision);
    return undefined;
  } catch (error) {
    if (error instanceof DeviceUnavailableError) return error.message;
    throw error;
  }
}

function describe(device: Device, reasons: readonly string[]): string {
  return `device "auto" runs on ${device === "cpu" ? "the CPU" : device}: ${reasons.join(" ")}`;
}
