import { CrossEncoder } from "crossrank";
import { createServer, type RerankServer } from "crossrank/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tolerances } from "../../golden/tolerances.js";
import { assertClose } from "../../helpers/assert-close.js";

const query = "how do you find mass?";
const documents = ["High Mass is sung.", "Divide the weight by gravity.", "Bread is baked."];

let server: RerankServer;
let scores: number[];

beforeAll(async () => {
  server = createServer({
    models: [{}, { name: "nli", model: "test/fixtures/tiny-nli" }, { name: "short", maxLength: 16 }],
    maxDocuments: 50,
    maxCharacters: 10_000,
    maxBodyBytes: 20_000,
    apiKeys: ["key"],
  });
  await using model = await CrossEncoder.fromPretrained();
  scores = [...(await model.predict(documents.map((document) => [query, document])))];
  await server.loaded;
});
afterAll(() => server.close());

interface Result {
  index: number;
  relevance_score: number;
  document?: { text: string };
}

/** Fields of all formats' bodies, each there where its format has it. */
interface Body {
  results: Result[];
  usage: { total_tokens: number };
  data: Result[];
  meta: { truncated: number[] };
  extensions: string[];
  inputs: unknown[];
  outputs: { data: number[] }[];
  message: string;
  error_type: string;
  paths: Record<string, unknown>;
}

interface Answer {
  status: number;
  body: Body;
  headers: Record<string, unknown>;
}

type Prediction = { score: number; label: string }[];
const asList = <Item>(body: Body): Item[] => body as unknown as Item[];

async function post(url: string, payload: object | string, headers: Record<string, string> = {}): Promise<Answer> {
  const all = { authorization: "Bearer key", "content-type": "application/json", ...headers };
  const response = await server.fastify.inject({ method: "POST", url, payload, headers: all });
  return { status: response.statusCode, body: response.json<Body>(), headers: response.headers };
}

async function get(url: string): Promise<Answer> {
  const response = await server.fastify.inject({ url, headers: { authorization: "Bearer key" } });
  return { status: response.statusCode, body: response.json<Body>(), headers: response.headers };
}

describe("a ranking", () => {
  test.each(["/rerank", "/v1/rerank", "/v2/rerank"])("of %s has the library's scores, best first", async (url) => {
    const { status, body, headers } = await post(url, { query, documents });
    expect(status).toBe(200);
    const { results } = body;
    expect(results.map(({ index }) => index)).toEqual([1, 2, 0]);
    for (const { index, relevance_score } of results) expect(relevance_score).toBeCloseTo(scores[index] as number, 6);
    expect(results[0]?.document).toEqual(url === "/v2/rerank" ? undefined : { text: documents[1] });
    expect(headers).toMatchObject({ "x-compute-type": "cpu", "x-compute-tokens": String(body.usage.total_tokens) });
    expect(Number(headers["x-total-time"])).toBeGreaterThanOrEqual(Number(headers["x-inference-time"]));
  });

  test("takes objects with a text, top_n, and raw scores", async () => {
    const objects = documents.map((text) => ({ text }));
    const { body } = await post("/v1/rerank", { query, documents: objects, top_n: 1, raw_scores: true });
    expect(body.results).toHaveLength(1);
    expect(1 / (1 + Math.exp(-(body.results[0] as Result).relevance_score))).toBeCloseTo(scores[1] as number, 6);
  });

  test("of a body with texts is text-embeddings-inference's", async () => {
    const { body } = await post("/rerank", { query, texts: documents, return_text: true });
    expect(asList<object>(body)[0]).toEqual({
      index: 1,
      score: expect.closeTo(scores[1] as number, 6) as number,
      text: documents[1],
    });
    expect(body).toHaveLength(3);
  });

  test("of Voyage's route has data, and documents as plain strings", async () => {
    const { body } = await post("/voyage/v1/rerank", { query, documents, top_k: 1, return_documents: true });
    expect(body).toMatchObject({ object: "list", data: [{ index: 1, document: documents[1] }], model: "nano" });
    expect((await post("/v1/rerank?format=voyage", { query, documents })).body.data).toHaveLength(3);
  });

  test("can be read by the paths that Elasticsearch's custom service is set up with", async () => {
    // "request": {"query": ${query}, "documents": ${input}, "model": "nano"}; "$.results[*].index" and so on.
    const { body } = await post("/v1/rerank", { query, documents, model: "nano" });
    const results = body.results as unknown as Record<string, unknown>[];
    for (const field of ["index", "relevance_score"])
      expect(results.map((result) => typeof result[field])).toEqual(["number", "number", "number"]);
  });

  test("tells what was cut", async () => {
    const { body } = await post("/v1/rerank", { model: "short", query, documents: ["short", "word ".repeat(100)] });
    expect(body.meta.truncated).toEqual([1]);
  });
});

describe("/predict", () => {
  test("gives all labels of one pair, or of several", async () => {
    const one = await post("/predict", { model: "nli", inputs: ["a", "b"] });
    expect(one.body).toHaveLength(3);
    const several = await post("/predict", {
      model: "nli",
      inputs: [
        ["a", "b"],
        ["c", "d"],
      ],
    });
    const labelsOf = (body: { label: string }[]) => body.map(({ label }) => label);
    expect(labelsOf(asList<Prediction>(several.body)[0] as Prediction)).toEqual(labelsOf(asList(one.body)));
    const labelScores = asList<{ score: number }>(one.body).map(({ score }) => score);
    expect(labelScores).toEqual([...labelScores].sort((a, b) => b - a));
  });

  test("gives probabilities, or logits if they are asked for, as text-embeddings-inference does", async () => {
    const scoresOf = async (isRaw: boolean) => {
      const { body } = await post("/predict", { model: "nli", inputs: ["a", "b"], raw_scores: isRaw });
      return asList<{ score: number }>(body).map(({ score }) => score);
    };
    const powers = (await scoresOf(true)).map(Math.exp);
    const sum = powers.reduce((total, power) => total + power, 0);
    expect(powers).toHaveLength(3);
    assertClose(
      await scoresOf(false),
      powers.map((power) => power / sum),
      tolerances.scores,
    );
  });

  test("refuses a text that is no pair", async () => {
    expect(await post("/predict", { inputs: "alone" })).toMatchObject({
      status: 400,
      body: { error_type: "Validation" },
    });
  });
});

describe("KServe V2", () => {
  const inputs = [
    { name: "query", shape: [1], datatype: "BYTES", data: [query] },
    { name: "documents", shape: [3], datatype: "BYTES", data: documents },
  ];

  test("tells of server and models", async () => {
    expect((await get("/v2")).body.extensions).toEqual(["binary_tensor_data"]);
    expect((await get("/v2/models/nano/ready")).status).toBe(200);
    expect((await get("/v2/models/nano")).body.inputs).toHaveLength(2);
    expect(await get("/v2/models/other")).toMatchObject({ status: 404, body: { error: expect.any(String) as string } });
  });

  test("infers from texts", async () => {
    const { body } = await post("/v2/models/nano/infer", { id: "7", inputs });
    expect(body).toMatchObject({
      id: "7",
      model_name: "nano",
      outputs: [{ name: "scores", shape: [3], datatype: "FP32" }],
    });
    body.outputs[0]?.data.forEach((score, index) => expect(score).toBeCloseTo(scores[index] as number, 6));
  });

  test("refuses a model of several labels, whose scores are no ranking", async () => {
    expect((await post("/v2/models/nli/infer", { inputs })).status).toBe(400);
  });

  test("infers from binary tensors to binary tensors", async () => {
    const tensors = [[query], documents].map((texts) =>
      Buffer.concat(
        texts.flatMap((text) => {
          const length = Buffer.alloc(4);
          length.writeUInt32LE(Buffer.byteLength(text));
          return [length, Buffer.from(text)];
        }),
      ),
    );
    const header = Buffer.from(
      JSON.stringify({
        parameters: { binary_data_output: true, top_n: 2 },
        inputs: inputs.map(({ name, shape, datatype }, index) => ({
          name,
          shape,
          datatype,
          parameters: { binary_data_size: tensors[index]?.length },
        })),
      }),
    );
    const response = await server.fastify.inject({
      method: "POST",
      url: "/v2/models/nano/infer",
      payload: Buffer.concat([header, ...tensors]),
      headers: {
        authorization: "Bearer key",
        "content-type": "application/octet-stream",
        "inference-header-content-length": String(header.length),
      },
    });
    expect(response.statusCode).toBe(200);
    const bytes = response.rawPayload.subarray(Number(response.headers["inference-header-content-length"]));
    expect(bytes).toHaveLength(16);
    expect(bytes.readFloatLE(0)).toBeCloseTo(scores[1] as number, 6);
    expect([bytes.readInt32LE(8), bytes.readInt32LE(12)]).toEqual([1, 2]);
  });
});

describe("a request that is refused", () => {
  const tooMany = Array<string>(51).fill("x");
  const long = "word ".repeat(100);
  test.each<[string, string, object | string, number]>([
    ["has no documents", "/v1/rerank", { query, documents: [] }, 400],
    ["has no query", "/v1/rerank", { documents }, 400],
    ["is no JSON", "/v1/rerank", "{", 400],
    ["has too many documents", "/v1/rerank", { query, documents: tooMany }, 422],
    ["has too many documents, for Voyage", "/voyage/v1/rerank", { query, documents: tooMany }, 400],
    ["has too many characters", "/v1/rerank", { query, documents: ["x".repeat(10_001)] }, 422],
    ["has too many bytes", "/v1/rerank", { query, documents: ["x".repeat(30_000)] }, 413],
    [
      "must not be cut, but is too long",
      "/v1/rerank",
      { model: "short", query, documents: [long], truncate: false },
      422,
    ],
    ["names no model of the server", "/v1/rerank", { model: "rerank-v3.5", query, documents }, 404],
    ["ranks with several labels", "/v1/rerank", { model: "nli", query, documents }, 400],
    ["wants documents cut shorter", "/v2/rerank", { query, documents, max_tokens_per_doc: 10 }, 400],
  ])("because it %s", async (_, url, payload, status) => {
    const answer = await post(url, payload);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({
      error: { message: answer.body.message },
      detail: answer.body.message,
    });
  });

  test("is told so in text-embeddings-inference's way", async () => {
    const { status, body } = await post("/rerank", { query, texts: tooMany });
    expect({ status, type: body.error_type }).toEqual({ status: 422, type: "Validation" });
  });

  test("has no key, or a wrong one", async () => {
    for (const authorization of ["", "Bearer wrong"])
      expect((await post("/v1/rerank", { query, documents }, { authorization })).status).toBe(401);
    for (const url of ["/", "/health", "/ready", "/metrics", "/openapi.json", "/v2/health/ready"])
      expect((await server.fastify.inject({ url })).statusCode).toBe(200);
  });

  test("has run out of time", async () => {
    const answer = await post(
      "/v1/rerank",
      { query, documents: Array<string>(50).fill("word ".repeat(30)) },
      { "x-request-timeout-ms": "1" },
    );
    expect(answer.status).toBe(504);
  });
});

test("metrics count documents, tokens, errors and what waits", async () => {
  await post("/v1/rerank", { query, documents });
  const { payload } = await server.fastify.inject({ url: "/metrics" });
  for (const line of [
    /^crossrank_documents_total\{model="nano"\} [1-9]/m,
    /^crossrank_queue_tokens\{model="nano"\} 0$/m,
    /^crossrank_batch_tokens_count\{model="nano"\} [1-9]/m,
    /^crossrank_inference_seconds_count\{model="nano"\} [1-9]/m,
    /^crossrank_queue_wait_seconds_count\{model="nano"\} [1-9]/m,
    /^crossrank_errors_total\{code="REQUEST_TOO_LARGE"\} [1-9]/m,
    /^crossrank_event_loop_delay_seconds\{quantile="0.99"\} /m,
    /^process_resident_memory_bytes [1-9]/m,
  ])
    expect(payload).toMatch(line);
});

test("OpenAPI has every route, and no other", async () => {
  await using other = createServer();
  const routes = new Set<string>();
  other.fastify.addHook("onRoute", ({ url }) => void routes.add(url.replaceAll(/:(\w+)/g, "{$1}")));
  await other.fastify.ready();
  const undescribed = new Set(["/", "/openapi.json", ...[...routes].filter((url) => url.includes("/versions/"))]);
  const { body } = await get("/openapi.json");
  expect(Object.keys(body.paths).sort()).toEqual([...routes].filter((url) => !undescribed.has(url)).sort());
});
