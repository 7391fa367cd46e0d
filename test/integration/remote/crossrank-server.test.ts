/** RemoteCrossEncoder against `crossrank/server` itself, beside an encoder in process. */
import { CrossEncoder, RemoteCrossEncoder, type RemoteOptions } from "crossrank";
import { createServer, type RerankServer } from "crossrank/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tolerances } from "../../golden/tolerances.js";
import { assertClose } from "../../helpers/assert-close.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const query = "how do you find mass?";
const documents = [
  "High Mass is sung.",
  "To find an object's mass, divide its weight by the acceleration of gravity.",
  "",
  "Mass is how much matter an object is made of.",
  "High Mass is sung.",
  "To find an object's mass, divide its weight by the acceleration of gravity. ".repeat(9),
];
const prompts = { web: "web: " };
/** The last document does not fit. */
const maxLength = 64;

/** A twentieth of the default, for documents that are shorter by as much than what many models take. */
const maxQueueTokens = 10_000;

let server: RerankServer;
let url: string;
let local: CrossEncoder;
beforeAll(async () => {
  server = createServer({
    models: [
      { name: "nano", maxLength },
      { model: "test/fixtures/tiny-nli" },
      { model: "test/fixtures/tiny-reranker" },
    ],
    apiKeys: ["key"],
    maxQueueTokens,
  });
  url = await server.listen({ port: 0 });
  local = await CrossEncoder.fromPretrained(undefined, { maxLength, prompts });
  await server.loaded;
});
afterAll(() => Promise.all([local.dispose(), server.close()]));

function connect(options: RemoteOptions = {}): Promise<RemoteCrossEncoder> {
  return RemoteCrossEncoder.fromUrl(url, { apiKey: "key", ...options });
}

describe.each<RemoteOptions>([
  { api: "crossrank" },
  { api: "crossrank", model: "nano" },
  { api: "cohere" },
  { api: "tei" },
])("with %o", (options) => {
  test("ranks as in process", async () => {
    const remote = await connect(options);
    const rankOptions = { topK: 5, returnDocuments: true };
    const [actual, expected] = await Promise.all(
      [remote, local].map((model) => model.rank(query, documents, rankOptions)),
    );
    expect(actual?.map(({ corpusId, text }) => ({ corpusId, text }))).toEqual(
      expected?.map(({ corpusId, text }) => ({ corpusId, text })),
    );
    assertClose(actual?.map(({ score }) => score) ?? [], expected?.map(({ score }) => score) ?? [], tolerances.scores);
  });

  test("predicts pairs of several queries as in process", async () => {
    const pairs = documents.flatMap((document) => [[query, document] as const, ["who sings?", document] as const]);
    const remote = await connect({ ...options, maxDocumentsPerRequest: 4 });
    assertClose(await remote.predict(pairs), await local.predict(pairs), tolerances.scores);
  });
});

describe.each(["crossrank", "tei"] as const)("with api %s", (api) => {
  test("activates the server's logits", async () => {
    const pair = [query, documents[1] as string] as const;
    const remote = await connect({ api, activationFn: "identity" });
    assertClose(
      [await remote.predict(pair)],
      [await local.predict(pair, { activationFn: "identity" })],
      tolerances.embeddedLogits,
    );
  });

  test("puts prompts in front of the query", async () => {
    const pair = [query, documents[1] as string] as const;
    const remote = await connect({ api, prompts });
    const options = { promptName: "web" };
    assertClose([await remote.predict(pair, options)], [await local.predict(pair, options)], tolerances.scores);
  });
});

test.each<[string, RemoteOptions, object]>([
  ["a wrong key", { apiKey: "wrong" }, { status: 401 }],
  ["an unknown model", { model: "large" }, { status: 404 }],
  ["a model of several labels", { model: "tiny-nli" }, { status: 400 }],
  ["a field it cannot follow", { body: { max_tokens_per_doc: 8 } }, { status: 400 }],
])("what the server says to %s is told", async (_, options, details) => {
  const remote = await connect(options);
  const error = await thrownBy(() => remote.rank(query, documents));
  expect(error).toMatchObject({ code: "REMOTE_REJECTED", details });
});

test("a long call leaves room in the server's queue", async () => {
  const statuses = new Set<number>();
  const noteStatus: typeof fetch = async (...request) => {
    const response = await fetch(...request);
    statuses.add(response.status);
    return response;
  };
  const remote = await connect({ model: "tiny-reranker", fetch: noteStatus });
  const many = Array.from({ length: 800 }, (_, index) => `${index} divide its weight by gravity `.repeat(2));
  expect(await remote.rank(query, many)).toHaveLength(800);
  expect(statuses).toEqual(new Set([200]));
});
