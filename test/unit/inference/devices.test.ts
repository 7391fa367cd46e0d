import { expect, test } from "vitest";

import { isGpu, parseDevice, type Device } from "../../../src/inference/devices.js";

test.each<[Device, string, number]>([
  ["cpu", "cpu", 0],
  ["cuda", "cuda", 0],
  ["cuda:3", "cuda", 3],
  ["webgpu", "webgpu", 0],
])("%s is %s number %i", (device, kind, index) => {
  expect(parseDevice(device)).toEqual({ kind, index });
});

test("the CPU and auto are no GPUs", () => {
  expect((["cpu", "auto", "cuda", "cuda:1", "webgpu"] as const).map(isGpu)).toEqual([false, false, true, true, true]);
});
