import { expect, test } from "vitest";
import { quantizeRows, transpose } from "../../../src/quantization/quantize-rows.js";
import { seededRandom } from "../../helpers/seeded-random.js";

test("the largest magnitude of each row becomes 127, whatever its sign", () => {
  const { values, scales } = quantizeRows(Float32Array.of(1, -2, 0.5, 0, 254, 127), 3);
  expect([...values]).toEqual([64, -127, 32, 0, 127, 64]);
  expect([...scales]).toEqual([Math.fround(2 / 127), 2]);
});

test("a row of zeros stays zero, with a scale that can be divided by", () => {
  const { values, scales } = quantizeRows(new Float32Array(4), 2);
  expect([...values]).toEqual([0, 0, 0, 0]);
  expect([...scales]).toEqual([1, 1]);
});

test.each([1, 1e-38, 1e38])("errs by at most half a scale at magnitudes around %s", (magnitude) => {
  const random = seededRandom(5);
  const rowLength = 64;
  const weights = Float32Array.from({ length: 32 * rowLength }, () => (random() - 0.5) * magnitude);
  const { values, scales } = quantizeRows(weights, rowLength);
  for (const [index, weight] of weights.entries()) {
    const scale = scales[Math.floor(index / rowLength)] as number;
    const error = Math.abs((values[index] as number) * scale - weight);
    expect(error).toBeLessThanOrEqual(scale * 0.5001);
  }
});

test("transposes", () => {
  expect([...transpose(Int8Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([1, 4, 2, 5, 3, 6]);
});
