import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { CrossEncoderNanoBEIREvaluator, nanoBeirFolder, type NanoBeirLoader } from "../../../src/evaluation/index.js";
import { fakeScorer } from "../../helpers/fake-scorer.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();

type Columns = Parameters<typeof parquetWriteBuffer>[0]["columnData"];

/** Writes a part of a dataset where the dataset's repository has it. */
async function writePart(part: string, file: string, columnData: Columns): Promise<void> {
  await mkdir(join(temporaryFolder(), part), { recursive: true });
  await writeFile(join(temporaryFolder(), part, file), new Uint8Array(parquetWriteBuffer({ columnData })));
}

/** Two queries over five documents; the judgements of the first are in two rows, or a list in one. */
async function writeDataset(split: string, { asList = false } = {}): Promise<void> {
  const file = `${split}-00000-of-00001.parquet`;
  const texts = (ids: string[], values: string[]): Columns => [
    { name: "_id", data: ids, type: "STRING" },
    { name: "text", data: values, type: "STRING" },
  ];
  await writePart("queries", file, texts(["1", "2"], ["first?", "second?"]));
  // A large dataset has several files for a part.
  await writePart("corpus", `${split}-00000-of-00002.parquet`, texts(["a", "b", "c"], ["3 a", "1 b", "2 c"]));
  await writePart("corpus", `${split}-00001-of-00002.parquet`, texts(["d", "e"], ["5 d", "4 e"]));
  await writePart("qrels", file, [
    { name: "query-id", data: asList ? ["1", "2"] : ["1", "1", "2"], type: "STRING" },
    asList
      ? { name: "corpus-id", data: [["c", "b"], ["d"]] }
      : { name: "corpus-id", data: ["c", "b", "d"], type: "STRING" },
  ]);
  await writePart("bm25", file, [
    { name: "query-id", data: ["1", "2"], type: "STRING" },
    {
      name: "corpus-ids",
      data: [
        ["a", "b", "c"],
        ["e", "d"],
      ],
    },
  ]);
}

const scorer = () => fakeScorer((_, document) => Number.parseFloat(document));

describe("the folder of the dataset's repository", () => {
  test.each([true, false])("is read, judgements as lists: %s", async (asList) => {
    await writeDataset("NanoNQ", { asList });
    expect(await nanoBeirFolder(temporaryFolder()).load("NanoNQ")).toEqual({
      corpus: new Map([
        ["a", "3 a"],
        ["b", "1 b"],
        ["c", "2 c"],
        ["d", "5 d"],
        ["e", "4 e"],
      ]),
      queries: new Map([
        ["1", "first?"],
        ["2", "second?"],
      ]),
      qrels: new Map([
        ["1", ["c", "b"]],
        ["2", ["d"]],
      ]),
      bm25: new Map([
        ["1", ["a", "b", "c"]],
        ["2", ["e", "d"]],
      ]),
    });
  });

  test("lacks a dataset, a part, a column, or is damaged", async () => {
    const load = (split: string) => thrownBy(() => nanoBeirFolder(temporaryFolder()).load(split));
    expect((await load("NanoNQ")).message).toMatch(/has no folder corpus/);
    await writeDataset("NanoNQ");
    expect((await load("NanoFEVER")).message).toMatch(/must hold NanoFEVER-\*\.parquet/);
    await writePart("corpus", "NanoNQ-00000-of-00002.parquet", [{ name: "_id", data: ["a"], type: "STRING" }]);
    expect((await load("NanoNQ")).message).toMatch(
      /NanoNQ-00000-of-00002\.parquet must have the columns text, but has/,
    );
    await writeFile(join(temporaryFolder(), "corpus", "NanoNQ-00000-of-00002.parquet"), "no parquet");
    expect((await load("NanoNQ")).message).toMatch(/must be a Parquet file, but cannot be read/);
  });
});

describe("the evaluator", () => {
  test("has a dataset's metrics behind its name, and their mean", async () => {
    await writeDataset("NanoNQ");
    await writeDataset("NanoMSMARCO");
    const loader = nanoBeirFolder(temporaryFolder());
    const evaluator = new CrossEncoderNanoBEIREvaluator({ loader, datasetNames: ["NQ", "msmarco"] });
    const metrics = await evaluator.evaluate(scorer(), { outputPath: temporaryFolder() });
    const six = ["map", "mrr@10", "ndcg@10", "base_map", "base_mrr@10", "base_ndcg@10"];
    const prefixes = ["NanoNQ_R100", "NanoMSMARCO_R100", "NanoBEIR_R100_mean"];
    expect(Object.keys(metrics)).toEqual(prefixes.flatMap((prefix) => six.map((metric) => `${prefix}_${metric}`)));
    // Query 1: documents 3, 1, 2, the latter two relevant; reranked 3, 2, 1. Query 2: the relevant 5 before 4.
    expect(metrics["NanoNQ_R100_mrr@10"]).toBe((1 / 2 + 1) / 2);
    expect(metrics["NanoNQ_R100_base_mrr@10"]).toBe((1 / 2 + 1 / 2) / 2);
    expect(metrics[evaluator.primaryMetric]).toBe(metrics["NanoNQ_R100_ndcg@10"]);
    expect(evaluator.primaryMetric).toBe("NanoBEIR_R100_mean_ndcg@10");
    const own = await readFile(join(temporaryFolder(), "NanoBEIR_evaluation_mean_results.csv"), "utf8");
    expect(own).toMatch(/^epoch,steps,MAP,MRR@10,NDCG@10\n-1,-1,[\d.]+,0\.75,[\d.]+\n$/);
    const ofDataset = join(temporaryFolder(), "CrossEncoderRerankingEvaluator_NanoNQ_R100_results_@10.csv");
    expect(await readFile(ofDataset, "utf8")).toMatch(/\r\n$/);
  });

  test("reranks the best of BM25 only, and aggregates as it is told", async () => {
    await writeDataset("NanoNQ");
    const evaluator = new CrossEncoderNanoBEIREvaluator({
      loader: nanoBeirFolder(temporaryFolder()),
      datasetNames: ["nq"],
      rerankK: 1,
      alwaysRerankPositives: false,
      atK: 5,
      aggregateFn: (values) => Math.max(...values) + 1,
      aggregateKey: "max",
    });
    const model = scorer();
    const metrics = await evaluator.evaluate(model);
    expect(model.calls).toEqual([]);
    expect(metrics["NanoNQ_R1_ndcg@5"]).toBe(0);
    expect(metrics["NanoBEIR_R1_max_ndcg@5"]).toBe(1);
  });

  test("takes all datasets but the two of argument retrieval, if none is named", async () => {
    const asked: string[] = [];
    const loader: NanoBeirLoader = {
      load: async (split) => {
        asked.push(split);
        const texts = new Map([["1", "1"]]);
        const ids = new Map([["1", ["1"]]]);
        return { corpus: texts, queries: texts, qrels: ids, bm25: ids };
      },
    };
    await new CrossEncoderNanoBEIREvaluator({ loader }).evaluate(scorer());
    expect(asked).toHaveLength(11);
    expect(asked).not.toContain("NanoArguAna");
  });

  test.each([[[]], [["nq", "nonsense"]]])("refuses the names %j, and lists those there are", async (datasetNames) => {
    const loader = nanoBeirFolder("nowhere");
    const error = await thrownBy(() => new CrossEncoderNanoBEIREvaluator({ loader, datasetNames }));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).toContain("climatefever, dbpedia");
  });

  test("refuses a document that is ranked and in no corpus", async () => {
    const ids = new Map([["1", ["zzz"]]]);
    const texts = new Map([["1", "1"]]);
    const loader = { load: async () => ({ corpus: texts, queries: texts, qrels: ids, bm25: ids }) };
    const error = await thrownBy(() => new CrossEncoderNanoBEIREvaluator({ loader }).evaluate(scorer()));
    expect(error.message).toContain('corpus must hold "zzz"');
  });
});
