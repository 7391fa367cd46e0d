/** Where a model runs. `"cuda:1"` is the second GPU of CUDA, `"cuda"` the first. */
export type Device = "cpu" | "webgpu" | "cuda" | `cuda:${number}`;

/** A name that ONNX Runtime knows a kind of device by. */
export type DeviceKind = "cpu" | "cuda" | "webgpu";

/** @returns The kind of a device, and which of them it is, from 0. */
export function parseDevice(device: Device): { kind: DeviceKind; index: number } {
  const [kind, index = "0"] = device.split(":") as [DeviceKind, string?];
  return { kind, index: Number(index) };
}

/** Whether a device is asked for that is not the CPU. */
export function isGpu(device: Device | "auto"): device is Exclude<Device, "cpu"> {
  return device !== "cpu" && device !== "auto";
}
