/** A Hub of the tests' own: the API, and a second host that the large files come from. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach } from "vitest";

/** What a request was, as far as tests look at it. */
export interface SeenRequest {
  host: "hub" | "files";
  path: string;
  authorization: string | undefined;
  range: string | undefined;
}

/** Does something else with a request than answering it well; returns whether it has. */
export type Disturb = (seen: SeenRequest, response: ServerResponse) => boolean;

/** A repository of {@link LoopbackHub}. */
export interface Repository {
  files: Readonly<Record<string, string | Buffer>>;
  commit: string;
  /** Revisions by name. @default main */
  refs?: readonly string[];
  /** A token without which it is not there. */
  token?: string;
  /** Its files are not given, though it is there. */
  isGated?: boolean;
}

export const commitOne = "1".repeat(40);
export const commitTwo = "2".repeat(40);

/** Like the Hub: what is large or no text is kept elsewhere, by its SHA-256. */
const isLarge = (path: string) => /\.(?:safetensors|onnx|onnx_data|parquet)$/.test(path);

export class LoopbackHub {
  readonly seen: SeenRequest[] = [];
  /** By id; a dataset's begins with `datasets/`. */
  readonly repositories = new Map<string, Repository>();
  /** Asked in turn before a request is answered. */
  disturbances: Disturb[] = [];
  /** Waited for before a request is answered. */
  holdUp: (seen: SeenRequest) => Promise<unknown> = () => Promise.resolve();
  /** Whether the host of the files heeds `Range`. */
  heedsRanges = true;
  readonly #hub: Server = createServer((request, response) => this.#serve("hub", request, response));
  readonly #files: Server = createServer((request, response) => this.#serve("files", request, response));

  async start(): Promise<void> {
    for (const server of [this.#hub, this.#files]) await once(server.listen(0, "127.0.0.1"), "listening");
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#files]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  get endpoint(): string {
    return addressOf(this.#hub);
  }

  /** Requests for the content of a file, on whichever host has it. */
  downloadsOf(path: string): SeenRequest[] {
    const host = isLarge(path) ? "files" : "hub";
    return this.seen.filter((seen) => seen.host === host && decodeURIComponent(seen.path).endsWith(`/${path}`));
  }

  #serve(host: SeenRequest["host"], request: IncomingMessage, response: ServerResponse): void {
    const { url = "", headers } = request;
    const seen = { host, path: url.split("?")[0] ?? "", authorization: headers.authorization, range: headers.range };
    this.seen.push(seen);
    void this.holdUp(seen).then(() => this.#answer(seen, response));
  }

  #answer(seen: SeenRequest, response: ServerResponse): ServerResponse {
    const { host } = seen;
    if (this.disturbances.some((disturb) => disturb(seen, response))) return response;
    const address = seen.path.replace(/^\/api\/(?:models\/)?/, "/");
    const [, model, rest] = /^\/((?:datasets\/)?[^/]+\/[^/]+)\/(.*)$/.exec(address) ?? [];
    const repository = this.repositories.get(model ?? "");
    if (repository === undefined) return refuse(response, 404, "RepoNotFound");
    if (host === "files") return this.#sendFile(response, repository, rest ?? "", seen.range);
    if (repository.token !== undefined && seen.authorization !== `Bearer ${repository.token}`) {
      return seen.authorization === undefined
        ? refuse(response, 401, "RepoNotFound")
        : refuse(response, 401, undefined, "Invalid credentials in Authorization header");
    }
    const [, action, revision = "", path = ""] = /^(revision|tree|resolve)\/([^/]+)\/?(.*)$/.exec(rest ?? "") ?? [];
    const known = [repository.commit, ...(repository.refs ?? ["main"])];
    if (!known.includes(decodeURIComponent(revision))) return refuse(response, 404, "RevisionNotFound");
    if (action === "revision") return sendJson(response, { _id: "id", id: model, sha: repository.commit });
    if (action === "tree") return sendJson(response, Object.entries(repository.files).map(listEntry));
    return this.#resolve(response, repository, {
      model: model ?? "",
      path: decodeURIComponent(path),
      range: seen.range,
    });
  }

  #resolve(
    response: ServerResponse,
    repository: Repository,
    { model, path, range }: { model: string; path: string; range: string | undefined },
  ): ServerResponse {
    if (repository.isGated) return refuse(response, 403, "GatedRepo", "Access to this model is restricted.");
    const content = repository.files[path];
    if (content === undefined) return refuse(response, 404, "EntryNotFound");
    response.setHeader("x-repo-commit", repository.commit);
    if (!isLarge(path)) return this.#sendFile(response, repository, path, range);
    response.setHeader("x-linked-etag", `"${sha256(content)}"`);
    response.setHeader("location", `${addressOf(this.#files)}/${model}/${path}?signature=secret`);
    return response.writeHead(302).end();
  }

  #sendFile(response: ServerResponse, { files }: Repository, path: string, range: string | undefined): ServerResponse {
    const content = Buffer.from(files[path] ?? "");
    const start = this.heedsRanges ? Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0) : 0;
    response.setHeader("content-length", content.length - start);
    if (start > 0) response.setHeader("content-range", `bytes ${start}-${content.length - 1}/${content.length}`);
    return response.writeHead(start > 0 ? 206 : 200).end(content.subarray(start));
  }
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function sendJson(response: ServerResponse, value: unknown): ServerResponse {
  response.setHeader("content-type", "application/json");
  return response.end(JSON.stringify(value));
}

export function refuse(response: ServerResponse, status: number, code?: string, message?: string): ServerResponse {
  if (code !== undefined) response.setHeader("x-error-code", code);
  if (message !== undefined) response.setHeader("x-error-message", message);
  return response.writeHead(status).end();
}

function listEntry([path, content]: [string, string | Buffer]): object {
  const size = Buffer.byteLength(content);
  const entry = { type: "file", path, size, oid: gitHash(content) };
  return isLarge(path) ? { ...entry, lfs: { oid: sha256(content), size, pointerSize: 130 } } : entry;
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

export function gitHash(content: string | Buffer): string {
  return createHash("sha1")
    .update(`blob ${Buffer.byteLength(content)}\0`)
    .update(content)
    .digest("hex");
}

/** Disturbs the first requests for a path that it is asked about, and no more. */
export function firstTimes(count: number, path: string, disturb: (response: ServerResponse) => void): Disturb {
  let left = count;
  return ({ path: asked }, response) => {
    if (left === 0 || !asked.includes(path)) return false;
    left--;
    disturb(response);
    return true;
  };
}

/** Starts a Hub for each test of a file. Call the result inside a test. */
export function useLoopbackHub(): () => LoopbackHub {
  let hub: LoopbackHub;
  beforeEach(async () => {
    hub = new LoopbackHub();
    await hub.start();
  });
  afterEach(() => hub.stop());
  return () => hub;
}
