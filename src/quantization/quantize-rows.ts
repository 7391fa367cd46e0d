/** int8 in place of float32: `weights[row, column] ≈ values[row, column] × scales[row]`. */
export interface QuantizedRows {
  /** Within ±127, laid out as the weights. */
  values: Int8Array<ArrayBuffer>;
  scales: Float32Array<ArrayBuffer>;
}

/** Symmetric around zero, so that zero stays zero and negating weights negates their values. */
const largestValue = 127;

/**
 * Rounds each row of a matrix to int8, its largest magnitude becoming 127.
 *
 * A row of zeros has the scale 1. An error is at most half a scale.
 *
 * @param weights - Shape [rows, rowLength]; finite.
 */
export function quantizeRows(weights: Float32Array, rowLength: number): QuantizedRows {
  const rowCount = weights.length / rowLength;
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const start = row * rowLength;
    let largest = 0;
    for (let index = start; index < start + rowLength; index++) {
      largest = Math.max(largest, Math.abs(weights[index] as number));
    }
    // The scale as it is stored: dividing by the exact quotient could round to 128.
    const scale = Math.fround(largest / largestValue) || 1;
    scales[row] = scale;
    for (let index = start; index < start + rowLength; index++) {
      values[index] = clamp(Math.round((weights[index] as number) / scale));
    }
  }
  return { values, scales };
}

/** Swaps the axes of a matrix [rows, columns]. */
export function transpose(values: Int8Array, columnCount: number): Int8Array<ArrayBuffer> {
  const rowCount = values.length / columnCount;
  const transposed = new Int8Array(values.length);
  for (let row = 0; row < rowCount; row++) {
    for (let column = 0; column < columnCount; column++) {
      transposed[column * rowCount + row] = values[row * columnCount + column] as number;
    }
  }
  return transposed;
}

function clamp(value: number): number {
  return Math.min(Math.max(value, -largestValue), largestValue);
}
