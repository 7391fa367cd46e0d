import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { NativeGuard } from "../../../src/inference/native-guard.js";

const never = new Promise<never>(() => undefined);

/** Both threads' guards, here in one. */
function guards(): { owner: NativeGuard; worker: NativeGuard } {
  const owner = new NativeGuard();
  return { owner, worker: new NativeGuard(owner.memory) };
}

test("outside native calls the end comes at once, and no call begins any more", async () => {
  const { owner, worker } = guards();
  expect(await worker.run(async () => "result")).toBe("result");
  await owner.end(never);
  let hasBegun = false;
  void worker.run(async () => (hasBegun = true));
  await nextTurn();
  expect(hasBegun).toBe(false);
});

test("a native call is waited for, by everyone who ends the thread", async () => {
  const { owner, worker } = guards();
  let finish = (): void => undefined;
  const call = worker.run(() => new Promise<void>((resolve) => (finish = resolve)));
  const order: string[] = [];
  const ends = [owner.end(never), owner.end(never)].map((end) => end.then(() => order.push("ended")));
  await nextTurn();
  order.push("finished");
  finish();
  await Promise.all([call, ...ends]);
  expect(order).toEqual(["finished", "ended", "ended"]);
});

test("a thread that dies inside a native call is not waited for", async () => {
  const { owner, worker } = guards();
  void worker.run(() => never);
  await owner.end(Promise.resolve());
});

test("a call that fails leaves the guard free", async () => {
  const { worker } = guards();
  await expect(worker.run(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await worker.run(async () => "next")).toBe("next");
});
