import { expect, test } from "vitest";

import { isDtype, tensorByteLength, type Dtype } from "../../../src/safetensors/dtype.js";

test("knows the format's 22 dtypes and no inherited property", () => {
  const names =
    "BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64";
  expect(names.split(" ").filter(isDtype)).toHaveLength(22);
  expect(["f32", "F33", "", "toString", "__proto__"].filter(isDtype)).toEqual([]);
});

test.each<[Dtype, number[], number]>([
  ["F32", [2304, 768], 7_077_888],
  ["BF16", [3, 5], 30],
  ["F64", [], 8],
  ["F32", [4, 0, 9], 0],
  ["F4", [8], 4],
  ["F6_E2M3", [4], 3],
  ["F4", [3], 1.5],
])("%s %j takes %d bytes", (dtype, shape, bytes) => {
  expect(tensorByteLength(dtype, shape)).toBe(bytes);
});

test("gives no safe integer for what no file can hold", () => {
  expect(Number.isSafeInteger(tensorByteLength("F32", [2 ** 40, 2 ** 40]))).toBe(false);
});
