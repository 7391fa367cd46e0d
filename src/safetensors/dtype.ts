/**
 * Element types of the safetensors format and the bits each takes.
 *
 * Reference: `enum Dtype` in https://github.com/huggingface/safetensors/blob/v0.8.0/safetensors/src/tensor.rs
 */
export const dtypeBits = {
  F64: 64,
  C64: 64,
  I64: 64,
  U64: 64,
  F32: 32,
  I32: 32,
  U32: 32,
  F16: 16,
  BF16: 16,
  I16: 16,
  U16: 16,
  I8: 8,
  U8: 8,
  BOOL: 8,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
} as const;

/** An element type of the format, by its name in the header. */
export type Dtype = keyof typeof dtypeBits;

export function isDtype(text: string): text is Dtype {
  return Object.hasOwn(dtypeBits, text);
}

/**
 * Bytes that a tensor takes; `[]` is the shape of a single element.
 *
 * Not a safe integer where no file can hold the tensor: a product beyond 2^53, or elements of 4 or 6 bits
 * that do not add up to whole bytes.
 */
export function tensorByteLength(dtype: Dtype, shape: readonly number[]): number {
  const elementCount = shape.reduce((product, size) => product * size, 1);
  return (elementCount * dtypeBits[dtype]) / 8;
}
