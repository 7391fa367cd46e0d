import { CrossEncoder, type Progress } from "crossrank";
import { afterAll, beforeAll, expect, test } from "vitest";

let model: CrossEncoder;

beforeAll(async () => {
  model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker");
});
afterAll(() => model.dispose());

const many = (count: number) => Array.from({ length: count }, (_, index) => `document ${index} ${"word ".repeat(40)}`);

/** Notes when each promise settles. */
function settlingOrder(promises: Record<string, Promise<unknown>>): Promise<string[]> {
  const order: string[] = [];
  const noted = Object.entries(promises).map(([name, promise]) => promise.finally(() => order.push(name)));
  return Promise.all(noted).then(() => order);
}

test("a small call is not stuck behind a huge one", async () => {
  const huge = model.rank("query", many(1000));
  const small = model.rank("query", many(3));
  expect(await settlingOrder({ huge, small })).toEqual(["small", "huge"]);
});

test("calls at the same time give what they give alone", async () => {
  const queries = ["first query", "second query", "third query"];
  const documents = many(50);
  const together = await Promise.all(queries.map((query) => model.rank(query, documents)));
  for (const [index, query] of queries.entries()) expect(together[index]).toEqual(await model.rank(query, documents));
});

test("the caller's event loop goes on while documents are ranked", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const start = performance.now();
  await model.rank("query", many(1000));
  clearInterval(timer);
  const expected = (performance.now() - start) / 5;
  expect(ticks).toBeGreaterThan(expected / 4);
});

test("an aborted call rejects with the signal's reason and leaves the others alone", async () => {
  const controller = new AbortController();
  const reason = new Error("no longer wanted");
  const progress: Progress[] = [];
  const aborted = model.rank("query", many(1000), {
    signal: controller.signal,
    onProgress: (step) => {
      progress.push(step);
      if (progress.length === 2) controller.abort(reason);
    },
  });
  const other = model.rank("query", many(20));
  await expect(aborted).rejects.toBe(reason);
  expect(await other).toHaveLength(20);
  expect(progress).toHaveLength(2);
});

test("a signal that is aborted already stops a call before it starts", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  await expect(model.rank("query", ["document"], { signal })).rejects.toThrow("too late");
});

test("progress counts up to the number of pairs", async () => {
  const progress: Progress[] = [];
  await model.rank("query", Array<string>(100).fill("short"), {
    batchSize: 10,
    onProgress: (step) => progress.push(step),
  });
  expect(progress.map(({ scored }) => scored)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(progress.every(({ total }) => total === 100)).toBe(true);
});

test("a progress callback that throws rejects its call", async () => {
  const failing = model.rank("query", many(100), {
    onProgress: () => {
      throw new Error("callback failed");
    },
  });
  await expect(failing).rejects.toThrow("callback failed");
  expect(await model.rank("query", many(2))).toHaveLength(2);
});
