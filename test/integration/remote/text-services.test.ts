/** RemoteCrossEncoder against servers that answer in the services' formats (test/helpers/rerank-services.ts). */
import { CrossEncoder, RemoteCrossEncoder, type Progress, type RemoteApi, type RemoteOptions } from "crossrank";
import { describe, expect, test } from "vitest";
import { answerAsCohere, answerAsTei, sigmoid } from "../../helpers/rerank-services.js";
import { startServer, type Answer, type ReceivedRequest, type TestServer } from "../../helpers/start-server.js";
import { thrownBy } from "../../helpers/thrown-by.js";

/** The service's model: a document's text is its logit, and the query's length is added. */
const logitOf = (query: string, document: string) => Number(document) + query.length;
const scoreOf = (query: string, document: string) => Math.fround(sigmoid(logitOf(query, document)));

const answers: Record<Exclude<RemoteApi, "kserve">, (request: ReceivedRequest) => Answer> = {
  crossrank: (request) => answerAsCohere(request, logitOf),
  cohere: (request) => answerAsCohere(request, logitOf),
  tei: (request) => answerAsTei(request, logitOf),
};

type TextApiName = keyof typeof answers;
const apis = Object.keys(answers) as TextApiName[];

async function connect(
  api: TextApiName,
  options: RemoteOptions = {},
): Promise<{ model: RemoteCrossEncoder; server: TestServer }> {
  const server = await startServer(answers[api]);
  return { model: await RemoteCrossEncoder.fromUrl(server.url, { api, ...options }), server };
}

describe.each(apis)("a service of api %s", (api) => {
  test("ranks, equal scores in the order of the documents", async () => {
    const { model } = await connect(api);
    const ranking = await model.rank("q", ["-1", "-3", "-1", "0"], { topK: 3, returnDocuments: true });
    expect(ranking).toEqual([
      { corpusId: 3, score: scoreOf("q", "0"), text: "0" },
      { corpusId: 0, score: scoreOf("q", "-1"), text: "-1" },
      { corpusId: 2, score: scoreOf("q", "-1"), text: "-1" },
    ]);
  });

  test("predicts pairs in their order, with a request for each query", async () => {
    const { model, server } = await connect(api);
    const scores = await model.predict([
      ["q", "-1"],
      ["qq", "-2"],
      ["q", "-5"],
    ]);
    expect(scores).toEqual(Float32Array.of(scoreOf("q", "-1"), scoreOf("qq", "-2"), scoreOf("q", "-5")));
    expect(server.requests).toHaveLength(2);
  });

  test("predicts one pair, and none", async () => {
    const { model, server } = await connect(api);
    expect(await model.predict(["q", "-2"])).toBe(scoreOf("q", "-2"));
    expect(await model.predict([])).toEqual(new Float32Array());
    expect(await model.rank("q", [])).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test("gets long lists in several requests, with progress", async () => {
    const { model, server } = await connect(api, { maxDocumentsPerRequest: 10 });
    const documents = Array.from({ length: 35 }, (_, index) => String(-((index * 7) % 35) / 10));
    const seen: Progress[] = [];
    const ranking = await model.rank("q", documents, { onProgress: (progress) => seen.push(progress) });
    expect(server.requests).toHaveLength(4);
    expect(ranking.map(({ corpusId }) => Number(documents[corpusId]))).toEqual(
      documents.map(Number).sort((a, b) => b - a),
    );
    expect(seen.at(-1)).toEqual({ scored: 35, total: 35 });
  });

  test("gets prompts in front of the query", async () => {
    const { model, server } = await connect(api, { prompts: { web: "web: " }, defaultPromptName: "web" });
    await model.predict(["q", "0"]);
    await model.predict(["q", "0"], { prompt: "" });
    expect(server.requests.map(({ json }) => (json() as { query: string }).query)).toEqual(["web: q", "q"]);
  });

  test("gets key, headers and further fields", async () => {
    const { model, server } = await connect(api, { apiKey: "k", headers: { "x-team": "search" }, body: { extra: 1 } });
    await model.predict(["q", "0"]);
    expect(server.requests[0]?.headers).toMatchObject({ authorization: "Bearer k", "x-team": "search" });
    expect(server.requests[0]?.json()).toMatchObject({ extra: 1 });
  });

  test("cannot split documents", async () => {
    const { model } = await connect(api);
    const error = await thrownBy(() => model.rank("q", ["0"], { longDocuments: "maxPassage" }));
    expect(error).toMatchObject({ code: "INVALID_OPTIONS", details: { api } });
  });

  test.each<[string, Answer]>([
    ["no JSON", { body: "<html>" }],
    ["another format", { body: { data: [] } }],
    ["too few scores", api === "tei" ? { body: [{ index: 0, score: 1 }] } : { body: { results: [] } }],
    [
      "a place twice",
      api === "tei"
        ? { body: Array(2).fill({ index: 0, score: 1 }) }
        : { body: { results: Array(2).fill({ index: 0, relevance_score: 1 }) } },
    ],
  ])("is not believed if it answers with %s", async (_, answer) => {
    const server = await startServer(() => answer);
    const model = await RemoteCrossEncoder.fromUrl(server.url, { api });
    const error = await thrownBy(() =>
      model.predict([
        ["q", "0"],
        ["q", "1"],
      ]),
    );
    expect(error).toMatchObject({ code: "INVALID_RESPONSE" });
    expect(error.message).toContain(server.url);
  });
});

describe("requests", () => {
  test.each<[TextApiName, RemoteOptions, string, object]>([
    ["crossrank", {}, "/v1/rerank", { query: "q", documents: ["0", "1"], top_n: 2, return_documents: false }],
    ["cohere", { model: "m" }, "/v2/rerank", { model: "m", query: "q", documents: ["0", "1"], top_n: 2 }],
    ["tei", {}, "/rerank", { query: "q", texts: ["0", "1"], truncate: true, raw_scores: false, return_text: false }],
    ["cohere", { path: "/v1/rerank" }, "/v1/rerank", { query: "q", documents: ["0", "1"], top_n: 2 }],
  ])("to %s with %o go to %s", async (api, options, path, body) => {
    const { model, server } = await connect(api, options);
    await model.rank("q", ["0", "1"]);
    expect(server.requests.map(({ path, json }) => [path, json()])).toEqual([[path, body]]);
  });

  test("go below the base URL's path", async () => {
    const server = await startServer(answers.tei);
    const model = await RemoteCrossEncoder.fromUrl(`${server.url}/models/a/`, { api: "tei" });
    await model.predict(["q", "0"]);
    expect(server.requests[0]?.path).toBe("/models/a/rerank");
  });

  test("are as many at once as the option says", async () => {
    let running = 0;
    let most = 0;
    const server = await startServer(async (request) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
      return answers.tei(request);
    });
    const options = { api: "tei", maxDocumentsPerRequest: 1, maxConcurrentRequests: 3 } as const;
    const model = await RemoteCrossEncoder.fromUrl(server.url, options);
    await model.rank(
      "q",
      Array.from({ length: 9 }, (_, index) => String(index)),
    );
    expect(most).toBe(3);
  });

  test("of calls one after the other share connections", async () => {
    const { model, server } = await connect("tei");
    for (let call = 0; call < 20; call++) await model.rank("q", ["0", "1"]);
    // The first may not be free again yet when its answer is there.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });
});

describe("activations", () => {
  test.each<TextApiName>(["crossrank", "tei"])("are applied here to the logits of %s", async (api) => {
    const { model } = await connect(api, { activationFn: "identity" });
    expect(await model.predict(["q", "-4"])).toBe(-3);
    expect(await model.predict(["q", "-4"], { activationFn: ([logit = 0]) => [2 * logit] })).toBe(-6);
  });

  test("are not to be had of a service that gives no logits", async () => {
    const { model } = await connect("cohere");
    const error = await thrownBy(() => model.predict(["q", "0"], { activationFn: "identity" }));
    expect(error).toMatchObject({ code: "INVALID_OPTIONS", details: { api: "cohere" } });
  });
});

test("an application moves to a service by changing one line", async () => {
  const local = await CrossEncoder.fromPretrained();
  const server = await startServer(async ({ json }) => {
    const { query, documents } = json() as { query: string; documents: string[] };
    const ranking = await local.rank(query, documents);
    return { body: { results: ranking.map(({ corpusId, score }) => ({ index: corpusId, relevance_score: score })) } };
  });
  const remote = await RemoteCrossEncoder.fromUrl(server.url);
  const use = async (model: CrossEncoder | RemoteCrossEncoder) => ({
    ranking: await model.rank("find mass?", ["High Mass is sung.", "Divide the weight by gravity."], { topK: 1 }),
    score: await model.predict(["find mass?", "Divide the weight by gravity."] as const),
  });
  expect(await use(remote)).toEqual(await use(local));
  await Promise.all([local.dispose(), remote.dispose()]);
});
