import { describe, expect, test } from "vitest";
import type { RemoteOptions } from "../../../src/remote/index.js";
import { resolveBaseUrls, resolveRemoteOptions } from "../../../src/remote/resolve-remote-options.js";

describe("resolveRemoteOptions", () => {
  test("fills in what is left out", () => {
    expect(resolveRemoteOptions({})).toMatchObject({ api: "crossrank", retries: 2, timeoutMs: 30_000 });
  });

  test.each<[string, object, string]>([
    ["an unknown option", { urls: [] }, 'Unrecognized key: "urls"'],
    ["an unknown api", { api: "voyage" }, "api: "],
    ["a negative number of retries", { retries: -1 }, "retries: "],
    ["a timeout beyond what timers take", { timeoutMs: 2 ** 31 }, "timeoutMs: "],
    ["a path without its slash", { path: "rerank" }, "path: "],
    ["a model for an api that knows no names", { api: "tei", model: "m" }, 'model must be left out for api "tei"'],
    ["a tokenizer for an api that takes texts", { tokenizer: "models/nano" }, "tokenizer must be left out"],
    ["an activation where there are no logits", { api: "cohere", activationFn: "tanh" }, "activationFn must be left"],
    ["fields for a protocol that has none", { api: "kserve", body: {} }, "body must be left out"],
    ["an activation that there is not", { activationFn: "relu" }, "activationFn: expected a function"],
  ])("refuses %s", (_, options, message) => {
    expect(() => resolveRemoteOptions(options as RemoteOptions)).toThrow(message);
  });

  test("refuses headers that are none, without quoting them", () => {
    expect(() => resolveRemoteOptions({ apiKey: "sec\nret" })).toThrow(/valid names and values of HTTP headers\.$/);
  });
});

describe("resolveBaseUrls", () => {
  test("takes one or several, and leaves out final slashes", () => {
    expect(resolveBaseUrls("http://a:1/")).toEqual(["http://a:1"]);
    expect(resolveBaseUrls(["http://a/x/", "https://b"])).toEqual(["http://a/x", "https://b"]);
  });

  test.each<[string, unknown]>([
    ["none", []],
    ["nothing", undefined],
    ["no URL", "localhost"],
    ["another protocol", "file:///etc"],
    ["a query", "http://a/?b"],
    ["a password", "http://user:password@a"],
  ])("refuses %s", (_, urls) => {
    expect(() => resolveBaseUrls(urls)).toThrow("url must");
    expect(() => resolveBaseUrls(urls)).not.toThrow("password@");
  });
});
