import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

import { FairScheduler, type Task } from "../../../src/inference/fair-scheduler.js";

/** Notes its steps: one for each yield, and one at its end. */
async function* steps(name: string, count: number, log: string[]): Task {
  for (let step = 1; step < count; step++) {
    log.push(`${name}${step}`);
    yield;
  }
  log.push(`${name}${count}`);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn();
}

test("tasks take turns, one step each, in the order they were added", async () => {
  const scheduler = new FairScheduler();
  const log: string[] = [];
  scheduler.add(1, steps("a", 4, log));
  scheduler.add(2, steps("b", 2, log));
  scheduler.add(3, steps("c", 3, log));
  await turns(20);
  expect(log).toEqual(["a1", "b1", "c1", "a2", "b2", "c2", "a3", "c3", "a4"]);
});

test("a short task that comes in the middle of a long one does not wait for its end", async () => {
  const scheduler = new FairScheduler();
  const log: string[] = [];
  scheduler.add(1, steps("long", 10, log));
  await turns(3);
  scheduler.add(2, steps("short", 1, log));
  await turns(20);
  expect(log.indexOf("short1")).toBeLessThan(log.indexOf("long6"));
  expect(log).toHaveLength(11);
});

test("the event loop runs between two steps", async () => {
  const scheduler = new FairScheduler();
  const log: string[] = [];
  scheduler.add(1, steps("a", 3, log));
  const turn = () => {
    log.push("turn");
    if (log.length < 8) setImmediate(turn);
  };
  setImmediate(turn);
  await turns(10);
  expect(log.slice(0, 5)).toEqual(["a1", "turn", "a2", "turn", "a3"]);
});

test("a dropped task takes no further step, and the others go on", async () => {
  const scheduler = new FairScheduler();
  const log: string[] = [];
  scheduler.add(1, steps("a", 5, log));
  scheduler.add(2, steps("b", 3, log));
  scheduler.drop(1);
  await turns(20);
  expect(log).toEqual(["a1", "b1", "b2", "b3"]);
});

test("a task that is dropped by another one's step in the same round is not run", async () => {
  const scheduler = new FairScheduler();
  const log: string[] = [];
  async function* dropper(): Task {
    await nextTurn();
    scheduler.drop(2);
  }
  scheduler.add(1, dropper());
  scheduler.add(2, steps("b", 3, log));
  await turns(20);
  expect(log).toEqual([]);
});

test("a task can drop itself", async () => {
  const scheduler = new FairScheduler();
  const log: string[] = [];
  async function* quitter(): Task {
    log.push("quitter1");
    scheduler.drop(1);
    yield;
    log.push("quitter2");
  }
  scheduler.add(1, quitter());
  scheduler.add(2, steps("b", 2, log));
  await turns(20);
  expect(log).toEqual(["quitter1", "b1", "b2"]);
});

test("dropping what is not there does nothing", async () => {
  const scheduler = new FairScheduler();
  const log: string[] = [];
  scheduler.drop(7);
  scheduler.add(1, steps("a", 2, log));
  scheduler.drop(7);
  await turns(5);
  expect(log).toEqual(["a1", "a2"]);
});

test("it goes on when tasks come after all have ended", async () => {
  const scheduler = new FairScheduler();
  const log: string[] = [];
  scheduler.add(1, steps("a", 1, log));
  await turns(5);
  scheduler.add(2, steps("b", 2, log));
  await turns(5);
  expect(log).toEqual(["a1", "b1", "b2"]);
});
