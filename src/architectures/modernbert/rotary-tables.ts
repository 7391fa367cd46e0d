/** Cosines and sines of the rotary position embedding, each `[positions, headSize / 2]`. */
export interface RotaryTables {
  cos: Float32Array;
  sin: Float32Array;
}

/**
 * Rotary position angles `position × theta^(-2i / headSize)` for every position and frequency i.
 *
 * Rounded to float32 wherever the reference rounds (inverse frequency, angle, cosine and sine), since at position 8191
 * an angle in float64 differs from it by more than the tolerance on logits allows.
 *
 * @see transformers v5.0, modeling_modernbert.py, `ModernBertRotaryEmbedding`
 */
export function rotaryTables(positions: number, headSize: number, theta: number): RotaryTables {
  const frequencies = headSize / 2;
  const cos = new Float32Array(positions * frequencies);
  const sin = new Float32Array(positions * frequencies);
  for (const [frequency, inverseFrequency] of inverseFrequencies(headSize, theta).entries()) {
    for (let position = 0; position < positions; position++) {
      const angle = Math.fround(position * inverseFrequency);
      cos[position * frequencies + frequency] = Math.cos(angle);
      sin[position * frequencies + frequency] = Math.sin(angle);
    }
  }
  return { cos, sin };
}

/** What a position is multiplied by to give its angles: theta^(-2i / headSize), [headSize / 2]. */
export function inverseFrequencies(headSize: number, theta: number): Float32Array {
  return Float32Array.from({ length: headSize / 2 }, (_, index) => {
    const exponent = Math.fround((2 * index) / headSize);
    return 1 / Math.fround(theta ** exponent);
  });
}
