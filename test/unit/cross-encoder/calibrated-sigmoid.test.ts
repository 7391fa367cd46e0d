import { expect, test } from "vitest";
import { calibratedSigmoid } from "../../../src/cross-encoder/index.js";
import { thrownBy } from "../../helpers/thrown-by.js";

test.each([
  // p in the mix of training, w: the best logit is ln(p / (1 - p)) + ln(w).
  [1 / 6, 5],
  [0.9, 5],
  [0.5, 1],
])("gives the probability %d back for a loss that weighed positives %d times", (probability, posWeight) => {
  const logit = Math.log(probability / (1 - probability)) + Math.log(posWeight);
  const [score] = calibratedSigmoid({ posWeight })(Float32Array.of(logit)) as Float32Array;
  expect(score).toBeCloseTo(probability, 6);
});

test("gives 1/6 where the plain sigmoid of the five-negatives recipe gives 0.5", () => {
  expect((calibratedSigmoid({ posWeight: 5 })(Float32Array.of(0)) as Float32Array)[0]).toBeCloseTo(1 / 6, 6);
});

test.each([0, -1, NaN, Infinity])("refuses a weight of %d", async (posWeight) => {
  expect((await thrownBy(() => calibratedSigmoid({ posWeight }))).code).toBe("INVALID_OPTIONS");
});

test.each([undefined, null, 5, { posWeight: "5" }])("refuses %j instead of a calibration", async (calibration) => {
  expect((await thrownBy(() => calibratedSigmoid(calibration as never))).code).toBe("INVALID_OPTIONS");
});
