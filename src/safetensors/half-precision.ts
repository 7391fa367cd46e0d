/**
 * Half precision to float32 and back.
 *
 * Bits of sign, exponent, mantissa: F16 (IEEE 754 binary16) 1, 5, 10; BF16 1, 8, 7; float32 1, 8, 23.
 * Exponents are biased by 15 in F16 and by 127 in the others, so BF16 is the upper half of a float32.
 * All of it works on bits: a NaN that passes through a JavaScript number may lose its payload.
 */

/** Float32 bits of each of the 65,536 F16 patterns, made when first needed. */
let float16Table: Uint32Array | undefined;

/** Turns F16 bit patterns into the same numbers as float32, exactly. */
export function float16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const table = (float16Table ??= Uint32Array.from({ length: 0x10000 }, (_, half) => float32Bits(half)));
  const bits = new Uint32Array(halves.length);
  for (let index = 0; index < bits.length; index++) bits[index] = table[halves[index] as number] as number;
  return new Float32Array(bits.buffer);
}

/** Turns BF16 bit patterns into the same numbers as float32, exactly. */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(halves.length);
  for (let index = 0; index < bits.length; index++) bits[index] = (halves[index] as number) << 16;
  return new Float32Array(bits.buffer);
}

/**
 * Rounds float32 to F16 bit patterns: to the nearest, and of two equally near to the even one.
 *
 * From ±65520 on the result is infinite, up to ±2^-25 it is zero of the same sign. A NaN stays a NaN, made quiet.
 */
export function float32ToFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < halves.length; index++) halves[index] = float16Bits(bits[index] as number);
  return halves;
}

function float32Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent > 0) return sign | ((exponent - 15 + 127) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // A subnormal is mantissa × 2^-24. Float32 has it as a normal number, whose leading one is not stored.
  const leadingBit = 31 - Math.clz32(mantissa);
  return sign | ((leadingBit - 24 + 127) << 23) | ((mantissa << (23 - leadingBit)) & 0x7fffff);
}

function float16Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff);
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520, halfway between the largest half and 2^16
  if (magnitude < 0x38800000) return sign | subnormalHalf(magnitude); // 2^-14
  const rebiased = magnitude - ((127 - 15) << 23);
  const isOdd = (rebiased >>> 13) & 1;
  return sign | ((rebiased + 0xfff + isOdd) >>> 13);
}

/** The number in units of 2^-24. Float32's own subnormals come out as zero, as they should. */
function subnormalHalf(magnitude: number): number {
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const units = mantissa * 2 ** ((magnitude >>> 23) - 127 - 23 + 24);
  // Float64 has no digits after the point from 2^52 on, so that the addition rounds, ties to even.
  return units + 2 ** 52 - 2 ** 52;
}
