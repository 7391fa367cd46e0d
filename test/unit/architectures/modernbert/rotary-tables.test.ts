import { expect, test } from "vitest";

import { rotaryTables } from "../../../../src/architectures/modernbert/rotary-tables.js";

/**
 * Each step (power, inverse, angle, cosine) computed exactly and rounded to float32, apart from this library. In the
 * comments: the cosine if only the result were rounded.
 */
const cases = [
  { theta: 10_000, headSize: 4, position: 1, frequency: 0, cos: 0.5403022766113281, sin: 0.8414709568023682 },
  { theta: 10_000, headSize: 4, position: 1, frequency: 1, cos: 0.9999499917030334, sin: 0.009999833069741726 },
  // 0.97398663
  { theta: 10_000, headSize: 4, position: 8191, frequency: 1, cos: 0.9739875197410583, sin: 0.22660154104232788 },
  // -0.06501714
  { theta: 10_000, headSize: 64, position: 8191, frequency: 3, cos: -0.06486611068248749, sin: -0.9978939890861511 },
  // -0.95961887
  { theta: 160_000, headSize: 64, position: 8191, frequency: 1, cos: -0.959715723991394, sin: 0.28097277879714966 },
  // -0.24329960
  { theta: 160_000, headSize: 64, position: 4000, frequency: 7, cos: -0.24332137405872345, sin: 0.9699457287788391 },
  { theta: 160_000, headSize: 64, position: 8191, frequency: 31, cos: 0.9972301125526428, sin: 0.07437799870967865 },
];

test.each(cases)(
  "theta $theta, head size $headSize: position $position, frequency $frequency as in float32",
  ({ theta, headSize, position, frequency, cos, sin }) => {
    const tables = rotaryTables(position + 1, headSize, theta);
    const index = position * (headSize / 2) + frequency;
    expect(tables.cos[index]).toBe(cos);
    expect(tables.sin[index]).toBe(sin);
  },
);

test("has a row for each position and a column for each frequency", () => {
  const { cos, sin } = rotaryTables(5, 8, 10_000);
  expect(cos).toHaveLength(5 * 4);
  expect(sin).toHaveLength(5 * 4);
});

test("does not rotate position 0", () => {
  const { cos, sin } = rotaryTables(1, 8, 10_000);
  expect([...cos]).toEqual([1, 1, 1, 1]);
  expect([...sin]).toEqual([0, 0, 0, 0]);
});
