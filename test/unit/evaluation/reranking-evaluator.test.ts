import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CrossEncoderRerankingEvaluator, rerankSamples, type RerankingSample } from "../../../src/evaluation/index.js";
import { fakeScorer, scoreByNumber } from "../../helpers/fake-scorer.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();
const evaluate = (samples: RerankingSample[], options = {}) =>
  new CrossEncoderRerankingEvaluator(samples, options).evaluate(scoreByNumber());

const zeros = { map: 0, "mrr@10": 0, "ndcg@10": 0 };
const ones = { map: 1, "mrr@10": 1, "ndcg@10": 1 };
const baseZeros = { base_map: 0, "base_mrr@10": 0, "base_ndcg@10": 0 };

describe("samples", () => {
  test.each<[string, RerankingSample, object, object]>([
    ["with one relevant candidate", { query: "q", positive: "1", negative: [] }, {}, ones],
    [
      "with one relevant candidate, second of two",
      { query: "q", positive: ["1"], negative: ["2"] },
      {},
      { map: 0.5, "mrr@10": 0.5, "ndcg@10": expect.closeTo(1 / Math.log2(3), 12) as number },
    ],
    ["without positives", { query: "q", positive: [], negative: ["1"] }, {}, zeros],
    ["without any candidate", { query: "q", positive: [], negative: [] }, {}, zeros],
    ["with no documents", { query: "q", positive: "1", documents: [] }, {}, { ...ones, ...baseZeros }],
    [
      "with no documents, as they are",
      { query: "q", positive: "1", documents: [] },
      { alwaysRerankPositives: false },
      { ...zeros, ...baseZeros },
    ],
    ["with no relevant document", { query: "q", positive: "3", documents: ["1", "2"] }, {}, { ...ones, ...baseZeros }],
    ["with a text for positives", { query: "q", positive: "2", negative: ["1"] }, {}, ones],
    [
      "with a duplicate of a positive, which is relevant too",
      { query: "q", positive: ["3"], documents: ["3", "1", "3"] },
      { alwaysRerankPositives: false },
      {
        ...ones,
        base_map: (1 + 2 / 3) / 2,
        "base_mrr@10": 1,
        "base_ndcg@10": expect.closeTo(0.9197207891, 9) as number,
      },
    ],
  ])("%s", async (_, sample, options, expected) => {
    expect(await evaluate([sample], options)).toEqual(expected);
  });

  test.each([
    ["no query", { positive: "p", negative: ["n"] }, 'must have a "query"'],
    ["no positive", { query: "q", negative: ["n"] }, 'must have "positive"'],
    ["neither documents nor negatives", { query: "q", positive: "p" }, "exactly one of"],
    ["both", { query: "q", positive: "p", negative: ["n"], documents: ["d"] }, "exactly one of"],
    ["a document that is no text", { query: "q", positive: "p", documents: [1] }, 'texts as "documents"'],
    ["a negative that is no text", { query: "q", positive: "p", negative: [null] }, 'texts as "negative"'],
    ["too few grades", { query: "q", positive: ["p", "r"], positiveGrades: [1], documents: [] }, "positiveGrades"],
  ])("with %s are refused by their index", async (_, sample, message) => {
    const error = await thrownBy(() =>
      evaluate([{ query: "q", positive: "1", negative: [] }, sample as unknown as RerankingSample]),
    );
    expect(error.code).toBe("INVALID_INPUT");
    expect(error.message).toContain("sample at index 1");
    expect(error.message).toContain(message);
  });

  test("must not be none at all", async () => {
    expect((await thrownBy(() => evaluate([]))).message).toContain("at least one sample");
  });

  test("of both kinds: base metrics are means over those with documents", async () => {
    const metrics = await evaluate([
      { query: "q", positive: "2", documents: ["1", "2"] },
      { query: "q", positive: "2", negative: ["1"] },
    ]);
    expect(metrics).toMatchObject({ ...ones, base_map: 1 / 2 });
  });

  test("may have graded positives", async () => {
    const sample = { query: "q", positive: ["1", "2"], positiveGrades: [3, 1], documents: ["1", "2"] };
    const best = 3 + 1 / Math.log2(3);
    const metrics = await evaluate([sample]);
    expect(metrics["base_ndcg@10"]).toBe(1);
    expect(metrics["ndcg@10"]).toBeCloseTo((1 + 3 / Math.log2(3)) / best, 12);
  });
});

describe("the model", () => {
  test.each([NaN, Infinity])("that gives %d is refused with the query", async (score) => {
    const evaluator = new CrossEncoderRerankingEvaluator([{ query: "why?", positive: "p", negative: ["n"] }]);
    const error = await thrownBy(() => evaluator.evaluate(fakeScorer(() => score)));
    expect(error.code).toBe("NON_FINITE_SCORE");
    expect(error.message).toContain('"why?"');
  });

  test("must give one score a pair", async () => {
    const evaluator = new CrossEncoderRerankingEvaluator([{ query: "q", positive: "p", negative: ["n"] }]);
    expect((await thrownBy(() => evaluator.evaluate({ predict: async () => [1] }))).code).toBe("INVALID_INPUT");
    const rows = await thrownBy(() =>
      evaluator.evaluate({
        predict: async () => [
          [1, 2],
          [3, 4],
        ],
      }),
    );
    expect(rows.message).toContain("must give one score a pair, but gives 2");
  });

  test("gets the batch size, prompt and signal", async () => {
    const scorer = scoreByNumber();
    const { signal } = new AbortController();
    const options = { batchSize: 7, promptName: "query" };
    const evaluator = new CrossEncoderRerankingEvaluator([{ query: "q", positive: "1", negative: ["0"] }], options);
    await evaluator.evaluate(scorer, { signal });
    expect(scorer.calls.map((call) => call.options)).toEqual([{ ...options, signal }]);
  });

  test("is not called where nothing could be ranked", async () => {
    const scorer = scoreByNumber();
    const samples = [{ query: "q", positive: "1", documents: ["2"] }];
    await new CrossEncoderRerankingEvaluator(samples, { alwaysRerankPositives: false }).evaluate(scorer);
    expect(scorer.calls).toEqual([]);
  });
});

test("reads samples as they are needed, and scores some thousand pairs a call", async () => {
  const scorer = scoreByNumber();
  let read = 0;
  const readAhead: number[] = [];
  async function* samples(): AsyncGenerator<RerankingSample> {
    for (; read < 100; read++) {
      yield { query: `q${read}`, positive: "1", negative: Array.from({ length: 99 }, () => "0") };
    }
  }
  let ranked = 0;
  for await (const { index } of rerankSamples(scorer, samples())) {
    expect(index).toBe(ranked++);
    readAhead.push(read - index);
  }
  expect(ranked).toBe(100);
  expect(Math.max(...readAhead)).toBeLessThan(50);
  expect(Math.max(...scorer.calls.map(({ pairs }) => pairs.length))).toBeLessThan(5000);
});

test("a call for each query tells how long it took", async () => {
  const scorer = scoreByNumber();
  const samples = [1, 2].map((n) => ({ query: `q${n}`, positive: "1", negative: ["0"] }));
  for await (const { milliseconds } of rerankSamples(scorer, samples, { callPerQuery: true })) {
    expect(milliseconds).toBeGreaterThanOrEqual(0);
  }
  expect(scorer.calls).toHaveLength(2);
});

test("adds rows to a CSV file", async () => {
  const samples = [{ query: "q", positive: "1", negative: ["2", "3"] }];
  const evaluator = new CrossEncoderRerankingEvaluator(samples, { name: "dev", atK: 3 });
  const outputPath = join(temporaryFolder(), "new", "folder");
  await evaluator.evaluate(scoreByNumber(), { outputPath });
  await evaluator.evaluate(scoreByNumber(), { outputPath, epoch: 1, steps: 200 });
  expect(evaluator.csvFile).toBe("CrossEncoderRerankingEvaluator_dev_results_@3.csv");
  expect(await readFile(join(outputPath, evaluator.csvFile), "utf8")).toBe(
    "epoch,steps,MAP,MRR@3,NDCG@3\r\n" +
      "-1,-1,0.3333333333333333,0.3333333333333333,0.5\r\n" +
      "1,200,0.3333333333333333,0.3333333333333333,0.5\r\n",
  );
});

test("writes no CSV file if it is told so", async () => {
  const evaluator = new CrossEncoderRerankingEvaluator([{ query: "q", positive: "1", negative: [] }], {
    writeCsv: false,
  });
  await evaluator.evaluate(scoreByNumber(), { outputPath: temporaryFolder() });
  await expect(readFile(join(temporaryFolder(), evaluator.csvFile))).rejects.toThrow("ENOENT");
});

test.each([0, 1.5, NaN])("refuses a cut of %d", async (atK) => {
  expect((await thrownBy(() => new CrossEncoderRerankingEvaluator([], { atK }))).code).toBe("INVALID_OPTIONS");
});
