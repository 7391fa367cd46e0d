/** NanoBEIR end to end: datasets in their real layout on a Hub of the tests' own, a model, and the command line. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { CrossEncoderNanoBEIREvaluator, nanoBeirHub } from "crossrank/evaluation";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeEach, expect, test } from "vitest";
import { useHubModel } from "../helpers/hub-model.js";
import { commitOne } from "../helpers/loopback-hub.js";
import { thrownBy } from "../helpers/thrown-by.js";
import { runCli } from "./cli/run-cli.js";

const { hub, home } = useHubModel();

type Columns = Parameters<typeof parquetWriteBuffer>[0]["columnData"];

const parquet = (columnData: Columns) => Buffer.from(parquetWriteBuffer({ columnData }));

const texts = (rows: Readonly<Record<string, string>>) =>
  parquet([
    { name: "_id", data: Object.keys(rows), type: "STRING" },
    { name: "text", data: Object.values(rows), type: "STRING" },
  ]);

/** Two questions over four texts, as the datasets have them; BM25 finds the right text last, or not at all. */
function dataset(split: string): Record<string, Buffer> {
  const file = `${split}-00000-of-00001.parquet`;
  return {
    [`queries/${file}`]: texts({ q1: "how do you find mass?", q2: "what is an apple" }),
    [`corpus/${file}`]: texts({
      d1: "Divide the weight by the acceleration of gravity.",
      d2: "Mass is celebrated on Sundays.",
      d3: "An apple is a fruit that grows on trees.",
      d4: "The company's shares fell.",
    }),
    [`qrels/${file}`]: parquet([
      { name: "query-id", data: ["q1", "q2"], type: "STRING" },
      { name: "corpus-id", data: ["d1", "d3"], type: "STRING" },
    ]),
    [`bm25/${file}`]: parquet([
      { name: "query-id", data: ["q1", "q2"], type: "STRING" },
      {
        name: "corpus-ids",
        data: [
          ["d2", "d1"],
          ["d4", "d2"],
        ],
      },
    ]),
  };
}

const id = "sentence-transformers/NanoBEIR-en";

beforeEach(() => {
  const files = { "README.md": "# NanoBEIR", ...dataset("NanoNQ"), ...dataset("NanoMSMARCO"), ...dataset("NanoFEVER") };
  hub().repositories.set(`datasets/${id}`, { files, commit: commitOne });
});

test("an evaluator downloads the datasets that it is to measure on, and no others", async () => {
  await using model = await CrossEncoder.fromPretrained();
  const evaluator = new CrossEncoderNanoBEIREvaluator({ datasetNames: ["nq", "MSMARCO"] });
  const metrics = await evaluator.evaluate(model);
  expect(metrics["NanoNQ_R100_base_mrr@10"]).toBe(1 / 4);
  expect(metrics["NanoBEIR_R100_mean_ndcg@10"]).toBe(metrics["NanoNQ_R100_ndcg@10"]);
  const snapshot = join(home(), "hub", "datasets--sentence-transformers--NanoBEIR-en", "snapshots", commitOne);
  expect(existsSync(join(snapshot, "corpus", "NanoNQ-00000-of-00001.parquet"))).toBe(true);
  expect(existsSync(join(snapshot, "corpus", "NanoFEVER-00000-of-00001.parquet"))).toBe(false);
});

test("what the cache has needs no Hub", async () => {
  await nanoBeirHub().load("NanoNQ");
  await hub().stop();
  const offline = await nanoBeirHub(id, { localFilesOnly: true }).load("NanoNQ");
  expect(offline.bm25.get("q1")).toEqual(["d2", "d1"]);
  await hub().start();
});

test("a dataset that is not there, or lacks a part, is named", async () => {
  const absent = await thrownBy(() => nanoBeirHub("owner/none").load("NanoNQ"));
  expect(absent.message).toContain("owner/none must be a dataset on");
  const lacking = await thrownBy(() => nanoBeirHub().load("NanoDBPedia"));
  expect(lacking.message).toContain("must hold NanoDBPedia's Parquet files");
  const offline = await thrownBy(() => nanoBeirHub(id, { localFilesOnly: true }).load("NanoFEVER"));
  expect(offline.message).toContain("NanoFEVER's Parquet files");
});

test("the command line measures on them by name", async () => {
  const { stdout } = await runCli(["evaluate", "models/nano", "nanobeir:nq", "--json", "-"]);
  expect(JSON.parse(stdout)).toMatchObject({ datasets: [{ name: "NanoNQ" }] });
});
