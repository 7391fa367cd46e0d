import { z } from "zod";
import type { ActivationFn } from "../cross-encoder/index.js";
import { InvalidOptionsError } from "../errors/index.js";
import { parseOptions } from "../options/index.js";
import type { RemoteApi, RemoteOptions } from "./remote-options.js";

/** More would not fit `setTimeout`, which then fires at once. */
const maxTimeoutMs = 2 ** 31 - 1;

const positiveInteger = z.int().positive();
const text = z.string().min(1);

const schema = z.strictObject({
  api: z.enum(["crossrank", "tei", "cohere", "kserve"]).default("crossrank"),
  model: text.optional(),
  modelVersion: text.optional(),
  apiKey: text.optional(),
  headers: z.record(z.string(), z.string()).default({}),
  path: z.string().startsWith("/").optional(),
  body: z.record(z.string(), z.unknown()).default({}),
  tokenizer: text.optional(),
  outputName: text.default("logits"),
  maxLength: positiveInteger.optional(),
  activationFn: z
    .custom<ActivationFn>(
      (value) => typeof value === "function" || ["sigmoid", "identity", "tanh", "softmax"].includes(value as string),
      "expected a function, sigmoid, identity, tanh or softmax",
    )
    .optional(),
  prompts: z.record(z.string(), z.string()).default({}),
  defaultPromptName: z.string().optional(),
  maxDocumentsPerRequest: positiveInteger.optional(),
  maxConcurrentRequests: positiveInteger.default(4),
  timeoutMs: positiveInteger.max(maxTimeoutMs).default(30_000),
  retries: z.int().nonnegative().default(2),
  fetch: z.custom<typeof fetch>((value) => typeof value === "function", "expected a function").optional(),
});

export type ResolvedRemoteOptions = Readonly<z.output<typeof schema>>;

/** Options that some services have no use for; which of them do is said here. */
const onlyFor: Partial<Record<keyof RemoteOptions, readonly RemoteApi[]>> = {
  modelVersion: ["kserve"],
  tokenizer: ["kserve"],
  outputName: ["kserve"],
  maxLength: ["kserve"],
  activationFn: ["kserve", "crossrank", "tei"],
  path: ["crossrank", "tei", "cohere"],
  body: ["crossrank", "tei", "cohere"],
  model: ["kserve", "crossrank", "cohere"],
};

/** @throws {InvalidOptionsError} If an option is unknown, has a wrong value, or does not go with the api. */
export function resolveRemoteOptions(options: RemoteOptions): ResolvedRemoteOptions {
  const resolved = parseOptions("fromUrl", schema, options);
  for (const [option, apis] of Object.entries(onlyFor)) {
    if (options[option as keyof RemoteOptions] === undefined || apis.includes(resolved.api)) continue;
    throw wrongOption(`${option} must be left out for api "${resolved.api}", which cannot follow it`, option);
  }
  requireHeaders(resolved);
  return resolved;
}

/**
 * Checks base URLs.
 *
 * @returns Each with its path as it is but for a final slash.
 * @throws {InvalidOptionsError} If there are none, or one is no HTTP URL.
 */
export function resolveBaseUrls(urls: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(urls) ? urls : [urls];
  if (list.length === 0) throw wrongOption("url must be one base URL or a list of at least one, got none", "url");
  return list.map((url) => {
    const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined;
    if (parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.search === "" && parsed.hash === "") {
      if (parsed.username === "" && parsed.password === "") return parsed.href.replace(/\/+$/, "");
      throw wrongOption("url must hold no user name and password; pass apiKey or headers instead", "url");
    }
    throw wrongOption(`url must be an HTTP URL such as "http://localhost:8080", got ${JSON.stringify(url)}`, "url");
  });
}

function requireHeaders({ headers, apiKey }: ResolvedRemoteOptions): void {
  try {
    new Headers({ ...headers, ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) });
  } catch {
    // What fetch says would quote the value, which may be a secret.
    throw wrongOption("headers and apiKey must be valid names and values of HTTP headers", "headers");
  }
}

function wrongOption(message: string, path: string): InvalidOptionsError {
  return new InvalidOptionsError(`Options of fromUrl() must be valid. ${message}.`, { issues: [{ path, message }] });
}
