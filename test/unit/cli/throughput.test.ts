import { expect, test } from "vitest";
import { perSecond, Throughput } from "../../../src/cli/throughput.js";

/** A clock that is set by hand, in milliseconds. */
function handClock(): { now: () => number; set: (ms: number) => void } {
  let time = 0;
  return { now: () => time, set: (ms) => (time = ms) };
}

test("the rate is the growth over the last half minute", () => {
  const clock = handClock();
  const throughput = new Throughput(clock.now);
  expect(throughput.at(100)).toBeUndefined();
  clock.set(10_000);
  expect(throughput.at(300)).toBe(20);
  clock.set(35_000);
  expect(throughput.at(800)).toBe(20);
  clock.set(40_000);
  expect(throughput.at(800)).toBeCloseTo(500 / 30);
});

test("a report is due every ten seconds", () => {
  const clock = handClock();
  const throughput = new Throughput(clock.now);
  expect(throughput.isDue()).toBe(false);
  clock.set(10_000);
  expect([throughput.isDue(), throughput.isDue()]).toEqual([true, false]);
});

test("rates are written for people", () => {
  expect([undefined, 3.14159, 640.4].map(perSecond)).toEqual(["– pairs/s", "3.1 pairs/s", "640 pairs/s"]);
});
