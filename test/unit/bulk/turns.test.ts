import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { Turns } from "../../../src/bulk/turns.js";

/** Work that notes when it starts and ends, and ends when it is told to. */
function noting(log: string[]) {
  const ends = new Map<string, () => void>();
  const work = (name: string) => async () => {
    log.push(`+${name}`);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    log.push(`-${name}`);
    return name;
  };
  return { work, end: (name: string) => ends.get(name)?.() };
}

test("work runs side by side, and alone where it must", async () => {
  const log: string[] = [];
  const { work, end } = noting(log);
  const turns = new Turns();
  const results = Promise.all([
    turns.together(work("a")),
    turns.together(work("b")),
    turns.alone(work("c")),
    turns.together(work("d")),
    turns.alone(work("e")),
  ]);
  for (const name of ["b", "a", "c", "d", "e"]) {
    await setImmediate();
    end(name);
  }
  expect(await results).toEqual(["a", "b", "c", "d", "e"]);
  expect(log).toEqual(["+a", "+b", "-b", "-a", "+c", "-c", "+d", "-d", "+e", "-e"]);
});

test("work that fails holds nobody up", async () => {
  const turns = new Turns();
  const failing = () => Promise.reject(new RangeError("Why."));
  await expect(turns.together(failing)).rejects.toThrow("Why.");
  await expect(turns.alone(failing)).rejects.toThrow("Why.");
  expect(await turns.alone(async () => 1)).toBe(1);
  expect(await turns.together(async () => 2)).toBe(2);
});
