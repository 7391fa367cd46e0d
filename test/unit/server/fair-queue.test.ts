import { expect, test } from "vitest";
import { FairQueue, type Queued } from "../../../src/server/batching/fair-queue.js";

interface Job extends Queued {
  name: string;
}

const job = (name: string, ...costs: number[]): Job => ({ name, costs });
const taken = (queue: FairQueue<Job>, budget: number) =>
  queue.take(budget).map(({ job: { name }, start, end }) => `${name}${start}-${end}`);

function queueOf(...jobs: Job[]): FairQueue<Job> {
  const queue = new FairQueue<Job>();
  for (const each of jobs) queue.push(each);
  return queue;
}

test("small jobs are taken whole, in the order of arrival, several at once", () => {
  const queue = queueOf(job("a", 10, 10), job("b", 20), job("c", 30));
  expect(taken(queue, 100)).toEqual(["a0-2", "b0-1", "c0-1"]);
  expect(queue.tokens).toBe(0);
});

test("a huge job leaves half of the room to others, and goes to the back after its turn", () => {
  const queue = queueOf(job("huge", ...Array<number>(100).fill(10)), job("small", 10, 10));
  expect(taken(queue, 100)).toEqual(["huge0-5", "small0-2", "huge5-8"]);
  expect(queue.tokens).toBe(920);
});

test("a job that is alone gets all the room", () => {
  expect(taken(queueOf(job("huge", ...Array<number>(100).fill(10))), 100)).toEqual(["huge0-5", "huge5-10"]);
});

test("a pair larger than the budget is taken alone", () => {
  const queue = queueOf(job("large", 500, 10), job("b", 10));
  expect(taken(queue, 100)).toEqual(["large0-1"]);
  expect(taken(queue, 100)).toEqual(["b0-1", "large1-2"]);
});

test("what is removed is not taken and not counted", () => {
  const [a, b] = [job("a", 10), job("b", 20)];
  const queue = queueOf(a, b);
  queue.remove(a);
  expect(queue.tokens).toBe(20);
  expect(taken(queue, 100)).toEqual(["b0-1"]);
  expect(taken(queue, 100)).toEqual([]);
});
