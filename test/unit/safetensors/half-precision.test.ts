import { describe, expect, test } from "vitest";

import { bfloat16ToFloat32, float16ToFloat32, float32ToFloat16 } from "../../../src/safetensors/half-precision.js";
import { seededRandom } from "../../helpers/seeded-random.js";

const everyHalf = Uint16Array.from({ length: 0x10000 }, (_, half) => half);

/** Bits rather than numbers, so that -0 and NaN payloads count. */
function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** What an F16 pattern stands for by IEEE 754, in float64, which holds all of them exactly. */
function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

describe("float16ToFloat32", () => {
  test("gives all 65,536 patterns their value", () => {
    const values = float16ToFloat32(everyHalf);
    for (const half of everyHalf) {
      if (!Object.is(values[half], float16Value(half)))
        expect([half, values[half]]).toEqual([half, float16Value(half)]);
    }
  });

  test.each([
    ["one", 0x3c00, 0x3f800000],
    ["minus zero", 0x8000, 0x80000000],
    ["the largest half, 65504", 0x7bff, 0x477fe000],
    ["the smallest normal, 2^-14", 0x0400, 0x38800000],
    ["the largest subnormal", 0x03ff, 0x387fc000],
    ["the smallest subnormal, -2^-24", 0x8001, 0xb3800000],
    ["infinity", 0x7c00, 0x7f800000],
    ["minus infinity", 0xfc00, 0xff800000],
    ["a NaN with its sign and payload", 0xfe2a, 0xffc54000],
    ["a signaling NaN", 0x7c01, 0x7f802000],
  ])("converts %s bit by bit", (_, half, bits) => {
    expect(bitsOf(float16ToFloat32(Uint16Array.of(half)))).toEqual(Uint32Array.of(bits));
  });

  test("takes a part of a buffer, and nothing", () => {
    expect(float16ToFloat32(Uint16Array.of(0, 0x3c00, 0xc000).subarray(1))).toEqual(Float32Array.of(1, -2));
    expect(float16ToFloat32(new Uint16Array())).toEqual(new Float32Array());
  });
});

describe("bfloat16ToFloat32", () => {
  test("makes all 65,536 patterns the upper half of a float32", () => {
    const bits = bitsOf(bfloat16ToFloat32(everyHalf));
    expect(bits.every((value, half) => value === half * 0x10000)).toBe(true);
  });

  test("gives known patterns their value", () => {
    const halves = Uint16Array.of(0x3f80, 0xc000, 0x3eab, 0x8000, 0x7f80, 0x0001);
    expect([...bfloat16ToFloat32(halves)]).toEqual([1, -2, 0.333984375, -0, Infinity, 2 ** -133]);
  });
});

describe("float32ToFloat16", () => {
  test("gives every half that is not NaN back", () => {
    const halves = everyHalf.filter((half) => !Number.isNaN(float16Value(half)));
    const back = float32ToFloat16(float16ToFloat32(halves));
    expect(halves.filter((half, index) => half !== back[index])).toEqual(new Uint16Array());
  });

  test.each([
    ["a tie to the even one below", 1 + 2 ** -11, 0x3c00],
    ["a tie to the even one above", 1 + 3 * 2 ** -11, 0x3c02],
    ["just above a tie up", 1 + 2 ** -11 + 2 ** -23, 0x3c01],
    ["just below a tie down", 1 + 3 * 2 ** -11 - 2 ** -23, 0x3c01],
    ["up into the next power of two", 2 - 2 ** -12, 0x4000],
    ["65519.996 to the largest half", 65519.99609375, 0x7bff],
    ["65520 to infinity", 65520, 0x7c00],
    ["-2^100 to minus infinity", -(2 ** 100), 0xfc00],
    ["the largest float32 to infinity", 3.4028234663852886e38, 0x7c00],
    ["infinity to infinity", Infinity, 0x7c00],
    ["the largest subnormal and a bit to it", 1023.25 * 2 ** -24, 0x03ff],
    ["a subnormal up to the smallest normal", 1023.5 * 2 ** -24, 0x0400],
    ["a subnormal tie to the even one below", 2.5 * 2 ** -24, 0x0002],
    ["a subnormal tie to the even one above", -3.5 * 2 ** -24, 0x8004],
    ["2^-25 to zero", 2 ** -25, 0x0000],
    ["just above 2^-25 to the smallest subnormal", 2 ** -25 + 2 ** -48, 0x0001],
    ["-2^-26 to minus zero", -(2 ** -26), 0x8000],
    ["a float32 subnormal to zero", 2 ** -149, 0x0000],
    ["minus zero to minus zero", -0, 0x8000],
  ])("rounds %s", (_, value, half) => {
    expect(Math.fround(value)).toBe(value);
    expect(float32ToFloat16(Float32Array.of(value))).toEqual(Uint16Array.of(half));
  });

  test("keeps a NaN one, whatever its payload", () => {
    const bits = Uint32Array.of(0x7fc00000, 0xffc00000, 0x7f800001, 0xffbfffff, 0x7fffffff);
    const halves = float32ToFloat16(new Float32Array(bits.buffer));
    expect(float16ToFloat32(halves).every(Number.isNaN)).toBe(true);
    expect([...halves].map((half) => half >>> 15)).toEqual([0, 1, 0, 1, 0]);
  });

  test("finds no half nearer than the one it gives", () => {
    const random = seededRandom(7);
    // From 2^-25 to 65504, all exponents alike.
    const bits = Uint32Array.from({ length: 20_000 }, () => 0x33000000 + Math.floor(random() * 0x147fe000));
    const values = new Float32Array(bits.buffer);
    const halves = float32ToFloat16(values);
    const hasNearer = (value: number, half: number) => {
      const distance = (other: number) => Math.abs(float16Value(other) - value);
      return distance(half) > Math.min(distance(half + 1), distance(Math.max(half - 1, 0)));
    };
    expect([...values].filter((value, index) => hasNearer(value, halves[index] as number))).toEqual([]);
  });
});
