/** What RemoteCrossEncoder does when a service fails, is slow, or is one of several. */
import { RemoteCrossEncoder, type RemoteOptions } from "crossrank";
import { describe, expect, test } from "vitest";
import { answerAsTei } from "../../helpers/rerank-services.js";
import { startServer, type Answer, type ReceivedRequest } from "../../helpers/start-server.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const good = (request: ReceivedRequest): Answer => answerAsTei(request, (_, document) => Number(document));
const overloaded: Answer = { status: 429, body: { error: "Model is overloaded", error_type: "Overloaded" } };

function connect(url: string | string[], options: RemoteOptions = {}): Promise<RemoteCrossEncoder> {
  return RemoteCrossEncoder.fromUrl(url, { api: "tei", ...options });
}

/** A port that nobody listens on: a server's that has been closed. */
const deadUrl = "http://127.0.0.1:1";

describe("a service that fails", () => {
  test.each<[string, Answer]>([
    ["is overloaded", overloaded],
    ["is loading", { status: 503 }],
    ["hangs up", "hang up"],
    ["fails by itself", { status: 500 }],
    ["is behind a gateway that fails", { status: 502, body: "<html>Bad Gateway</html>" }],
  ])("once, since it %s, is asked again", async (_, failure) => {
    const server = await startServer((request, number) => (number === 1 ? failure : good(request)));
    expect(await (await connect(server.url)).predict(["q", "0"])).toBe(0.5);
    expect(server.requests).toHaveLength(2);
  });

  test("again and again is given up, with what it said", async () => {
    const server = await startServer(() => overloaded);
    const model = await connect(server.url, { retries: 1 });
    const error = await thrownBy(() => model.predict(["q", "0"]));
    const details = { url: `${server.url}/rerank`, status: 429, reason: "Model is overloaded" };
    expect(error).toMatchObject({ code: "REMOTE_UNAVAILABLE", details });
    expect(server.requests).toHaveLength(2);
  });

  test("and says when to come back is not asked before", async () => {
    const headers = { "retry-after": "1" };
    const server = await startServer((request, number) => (number === 1 ? { status: 429, headers } : good(request)));
    const start = performance.now();
    await (await connect(server.url)).predict(["q", "0"]);
    expect(performance.now() - start).toBeGreaterThan(1000);
  });

  test("and says to come back in an hour is not waited for", async () => {
    const server = await startServer(() => ({ status: 503, headers: { "retry-after": "3600" } }));
    const error = await thrownBy(async () => (await connect(server.url)).predict(["q", "0"]));
    expect(error).toMatchObject({ code: "REMOTE_UNAVAILABLE", details: { retryAfterMs: 3_600_000 } });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Answer, object]>([
    ["401", { status: 401 }, { status: 401, reason: "Unauthorized" }],
    [
      "422",
      { status: 422, body: { error: "too long", error_type: "Validation" } },
      { status: 422, reason: "too long" },
    ],
    ["404", { status: 404, body: { message: "no such model" } }, { status: 404, reason: "no such model" }],
    ["400", { status: 400, body: { error: { message: "bad" } } }, { status: 400, reason: "bad" }],
    [
      "308",
      { status: 308, headers: { location: "https://elsewhere.example/" } },
      { status: 308, reason: "moved to https://elsewhere.example/; name that base URL" },
    ],
  ])("with %s is not asked again, and its reason is told", async (_, answer, details) => {
    const server = await startServer(() => answer);
    const model = await connect(server.url, { apiKey: "secret" });
    const error = await thrownBy(() => model.predict(["q", "0"]));
    expect(error).toMatchObject({ code: "REMOTE_REJECTED", details });
    expect(JSON.stringify(error) + error.message).not.toContain("secret");
    expect(server.requests).toHaveLength(1);
  });

  test("to answer in time is given up", async () => {
    const server = await startServer(() => "never");
    const model = await connect(server.url, { timeoutMs: 50, retries: 1 });
    const error = await thrownBy(() => model.predict(["q", "0"]));
    expect(error).toMatchObject({ code: "REMOTE_UNAVAILABLE" });
    expect(error.message).toContain("within 50 ms");
    expect(server.requests).toHaveLength(2);
  });

  test("to exist is named with the system's error", async () => {
    const error = await thrownBy(async () => (await connect(deadUrl, { retries: 0 })).predict(["q", "0"]));
    expect(error).toMatchObject({ code: "REMOTE_UNAVAILABLE", details: { url: `${deadUrl}/rerank` } });
  });

  test("one request of several ends the call", async () => {
    const server = await startServer((request) =>
      (request.json() as { texts: string[] }).texts.includes("3") ? { status: 400 } : "never",
    );
    const model = await connect(server.url, { maxDocumentsPerRequest: 1 });
    const error = await thrownBy(() => model.rank("q", ["0", "1", "2", "3", "4", "5"]));
    expect(error).toMatchObject({ code: "REMOTE_REJECTED" });
    expect(server.requests).toHaveLength(4);
  });
});

describe("several base URLs", () => {
  test("take turns", async () => {
    const servers = await Promise.all([startServer(good), startServer(good)]);
    const model = await connect(servers.map(({ url }) => url));
    for (let call = 0; call < 6; call++) await model.predict(["q", "0"]);
    expect(servers.map(({ requests }) => requests.length)).toEqual([3, 3]);
  });

  test("stand in for one that is gone, without waiting, and it is asked last for a while", async () => {
    const server = await startServer(good);
    const sick = await startServer(() => ({ status: 503 }));
    const model = await connect([sick.url, server.url], { retries: 0 });
    for (let call = 0; call < 4; call++) expect(await model.predict(["q", "0"])).toBe(0.5);
    expect(server.requests).toHaveLength(4);
    expect(sick.requests).toHaveLength(1);
  });

  test("are all tried before a call fails", async () => {
    const servers = await Promise.all([startServer(() => overloaded), startServer(() => "hang up")]);
    const model = await connect(
      servers.map(({ url }) => url),
      { retries: 1 },
    );
    expect(await thrownBy(() => model.predict(["q", "0"]))).toMatchObject({ code: "REMOTE_UNAVAILABLE" });
    expect(servers.map(({ requests }) => requests.length)).toEqual([2, 2]);
  });
});

describe("a signal", () => {
  test.each<[string, Answer]>([
    ["a request is under way", "never"],
    ["the next try is waited for", { status: 503, headers: { "retry-after": "30" } }],
  ])("ends a call with its reason while %s", async (_, answer) => {
    const controller = new AbortController();
    const server = await startServer(() => {
      setTimeout(() => controller.abort("enough"), 20);
      return answer;
    });
    const call = (await connect(server.url)).predict(["q", "0"], { signal: controller.signal });
    await expect(call).rejects.toBe("enough");
  });

  test("aborted before a call lets nothing be sent", async () => {
    const server = await startServer(good);
    const call = (await connect(server.url)).predict(["q", "0"], { signal: AbortSignal.abort(new Error("enough")) });
    await expect(call).rejects.toThrow("enough");
    expect(server.requests).toEqual([]);
  });
});

test("disposing ends calls that are under way, and later ones", async () => {
  const server = await startServer(() => "never");
  const model = await connect(server.url);
  const call = thrownBy(() => model.predict(["q", "0"]));
  await model.dispose();
  expect(await call).toMatchObject({ code: "DISPOSED" });
  expect(await thrownBy(() => model.predict(["q", "0"]))).toMatchObject({ code: "DISPOSED" });
  expect(model.disposed).toBe(true);
});

test("what onProgress throws rejects the call", async () => {
  const server = await startServer(good);
  const fail = () => {
    throw new RangeError("mine");
  };
  const call = (await connect(server.url)).predict([["q", "0"]], { onProgress: fail });
  await expect(call).rejects.toThrow(new RangeError("mine"));
});
