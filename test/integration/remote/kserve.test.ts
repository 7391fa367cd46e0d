/** RemoteCrossEncoder against a KServe V2 endpoint that runs converted ONNX files, beside an encoder in process. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CrossEncoder, RemoteCrossEncoder, type RemoteOptions } from "crossrank";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { convertToStandardLayout } from "../../../src/conversion/index.js";
import { tolerances } from "../../golden/tolerances.js";
import { assertClose } from "../../helpers/assert-close.js";
import { answerAsKserve } from "../../helpers/rerank-services.js";
import { startServer, type Answer, type ReceivedRequest, type TestServer } from "../../helpers/start-server.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const query = "how do you find mass?";
const documents = [
  "High Mass is sung.",
  "To find an object's mass, divide its weight by the acceleration of gravity. ".repeat(3),
  "",
  "Mass is how much matter an object is made of.",
  "Divide.",
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "crossrank-kserve-"));
});
afterAll(() => rm(folder, { recursive: true }));

function connect(server: TestServer, tokenizer: string, options: RemoteOptions = {}): Promise<RemoteCrossEncoder> {
  return RemoteCrossEncoder.fromUrl(server.url, { api: "kserve", model: "reranker", tokenizer, ...options });
}

describe.each(["tiny-reranker", "tiny-nli"])("%s, converted", (name) => {
  const model = `test/fixtures/${name}`;
  let session: InferenceSession;
  let local: CrossEncoder;
  beforeAll(async () => {
    const { path } = await convertToStandardLayout(model, { outputFolder: join(folder, name), dtype: "fp32" });
    session = await InferenceSession.create(path);
    local = await CrossEncoder.fromPretrained(model);
  });
  afterAll(() => local.dispose());

  test("gives the scores of an encoder in process", async () => {
    const server = await startServer((request) => answerAsKserve(request, session));
    const remote = await connect(server, model);
    const pairs = documents.map((document): [string, string] => [query, document]);
    const expected = await local.predict<Float32Array>(pairs);
    const actual = await remote.predict<Float32Array>(pairs, { batchSize: 2 });
    assertClose(flatten(actual), flatten(expected), tolerances.scores);
    expect(server.requests).toHaveLength(3);
    expect(remote.numLabels).toBe(local.numLabels);
  });
});

/** `predict` gives numbers for one label, rows for several. */
function flatten(scores: ArrayLike<Float32Array | number>): number[] {
  return Array.from(scores).flatMap((row) => (typeof row === "number" ? [row] : Array.from(row)));
}

describe("the embedded model, converted", () => {
  const model = "models/nano";
  let session: InferenceSession;
  let local: CrossEncoder;
  beforeAll(async () => {
    const { path } = await convertToStandardLayout(model, { outputFolder: join(folder, "nano"), dtype: "fp32" });
    session = await InferenceSession.create(path);
    local = await CrossEncoder.fromPretrained();
  });
  afterAll(() => local.dispose());

  const serve = () => startServer((request: ReceivedRequest) => answerAsKserve(request, session));

  test("ranks like an encoder in process", async () => {
    const server = await serve();
    const ranking = await (await connect(server, model)).rank(query, documents, { topK: 3, returnDocuments: true });
    const expected = await local.rank(query, documents, { topK: 3, returnDocuments: true });
    expect(ranking.map(({ corpusId, text }) => ({ corpusId, text }))).toEqual(
      expected.map(({ corpusId, text }) => ({ corpusId, text })),
    );
    assertClose(
      ranking.map(({ score }) => score),
      expected.map(({ score }) => score),
      tolerances.scores,
    );
    expect(server.requests[0]?.path).toBe("/v2/models/reranker/infer");
  });

  test("takes the best passage of a document that does not fit", async () => {
    const long = [`${"High Mass is sung in church. ".repeat(40)}Divide the weight by gravity.`, "High Mass is sung."];
    const options = { longDocuments: "maxPassage" } as const;
    const remote = await connect(await serve(), model, { maxLength: 64 });
    const short = await CrossEncoder.fromPretrained(undefined, { maxLength: 64 });
    const scored: number[] = [];
    const ranking = await remote.rank(query, long, {
      ...options,
      maxBatchTokens: 256,
      onProgress: (progress) => scored.push(progress.scored),
    });
    const expected = await short.rank(query, long, options);
    expect(ranking.map(({ corpusId, passage }) => ({ corpusId, passage }))).toEqual(
      expected.map(({ corpusId, passage }) => ({ corpusId, passage })),
    );
    expect(scored.at(-1)).toBe(2);
    await short.dispose();
  });

  test("activates here, and puts prompts in front", async () => {
    const options = { activationFn: "identity", prompts: { web: "web: " }, defaultPromptName: "web" } as const;
    const remote = await connect(await serve(), model, options);
    const same = await CrossEncoder.fromPretrained(undefined, options);
    const pair = [query, "Divide the weight by gravity."] as const;
    assertClose([await remote.predict(pair)], [await same.predict(pair)], tolerances.embeddedLogits);
    await same.dispose();
  });

  test("takes numbers in JSON of a service without binary tensors", async () => {
    const server = await startServer(() => ({
      body: { outputs: [{ name: "scores", datatype: "FP32", shape: [2, 1], data: [[-1], [1]] }] },
    }));
    const options = { outputName: "scores", modelVersion: "3", activationFn: "identity" } as const;
    const remote = await connect(server, model, options);
    expect(
      await remote.predict([
        ["q", "a"],
        ["q", "b"],
      ]),
    ).toEqual(Float32Array.of(-1, 1));
    expect(server.requests[0]?.path).toBe("/v2/models/reranker/versions/3/infer");
  });

  test("stops in the middle of a call", async () => {
    const controller = new AbortController();
    const server = await startServer(async (request, number) => {
      if (number === 3) controller.abort("enough");
      return answerAsKserve(request, session);
    });
    const remote = await connect(server, model, { maxConcurrentRequests: 1 });
    const many = Array<string>(100).fill("Mass.");
    await expect(remote.rank(query, many, { batchSize: 1, signal: controller.signal })).rejects.toBe("enough");
    expect(server.requests.length).toBeLessThan(5);
  });

  test.each<[string, Answer, string]>([
    ["another shape", answerWith({ shape: [1, 2], data: [1, 2] }), "must give"],
    ["too few numbers", answerWith({ shape: [1, 1], data: [] }), "whole, [1, 1], but gives 0 numbers"],
    ["another type", answerWith({ datatype: "INT64", data: [1] }), "as FP32, but gives INT64"],
    ["another output", answerWith({ name: "other", data: [1] }), 'must have the output "logits", but has other'],
    ["fewer bytes than it says", answerWith({ parameters: { binary_data_size: 400 } }), "must hold 400 bytes"],
    ["no JSON", { body: "<html>" }, "a head in JSON"],
    ["no outputs", { body: {} }, "must list its outputs"],
    [
      "a head longer than itself",
      { headers: { "inference-header-content-length": "99" }, body: "{}" },
      "must be as long as its head",
    ],
  ])("is not believed if it answers with %s", async (_, answer, message) => {
    const remote = await connect(await startServer(() => answer), model);
    const error = await thrownBy(() => remote.predict(["q", "a"]));
    expect(error).toMatchObject({ code: "INVALID_RESPONSE" });
    expect(error.message).toContain(message);
  });

  test("that gives NaN is refused, naming the pairs", async () => {
    const head = JSON.stringify({
      outputs: [{ name: "logits", datatype: "FP32", shape: [1, 1], parameters: { binary_data_size: 4 } }],
    });
    const body = Buffer.concat([Buffer.from(head), Buffer.from(Float32Array.of(NaN).buffer)]);
    const headers = { "inference-header-content-length": String(head.length) };
    const remote = await connect(await startServer(() => ({ headers, body })), model);
    expect(await thrownBy(() => remote.predict(["q", "a"]))).toMatchObject({ code: "NON_FINITE_SCORE" });
  });
});

function answerWith(output: object): Answer {
  return { body: { outputs: [{ name: "logits", datatype: "FP32", shape: [1, 1], ...output }] } };
}

describe("RemoteCrossEncoder.fromUrl with a KServe endpoint", () => {
  const url = "http://localhost:8000";

  test.each<[string, RemoteOptions]>([
    ["tokenizer", { api: "kserve", model: "m" }],
    ["model", { api: "kserve", tokenizer: "models/nano" }],
  ])("must have a %s", async (option, options) => {
    const error = await thrownBy(() => RemoteCrossEncoder.fromUrl(url, options));
    expect(error.message).toContain(`${option} must be given for api "kserve"`);
  });

  test("must have a model's folder", async () => {
    const options = { api: "kserve", model: "m", tokenizer: "./no-such-folder" } as const;
    expect(await thrownBy(() => RemoteCrossEncoder.fromUrl(url, options))).toMatchObject({ code: "MODEL_NOT_FOUND" });
  });

  test("refuses to rank with a model of several labels", async () => {
    const options = { api: "kserve", model: "m", tokenizer: "test/fixtures/tiny-nli" } as const;
    const remote = await RemoteCrossEncoder.fromUrl(url, options);
    expect(await thrownBy(() => remote.rank("q", ["a"]))).toMatchObject({ code: "INVALID_OPTIONS" });
  });
});
