import { readFile } from "node:fs/promises";
import { Option, type Command } from "commander";
import { InvalidOptionsError } from "../../errors/index.js";
import type { RerankServer, ServedModelOptions, ServerOptions } from "../../server/index.js";
import { addScoringOptions, type LongDocumentFlags, type ModelFlags, type PromptFlags } from "../model-options.js";
import { wholeNumberFrom } from "../parse-whole-number.js";
import { pick } from "../pick.js";

interface ServeFlags
  extends
    ModelFlags,
    PromptFlags,
    LongDocumentFlags,
    Pick<
      ServerOptions,
      "maxDocuments" | "maxCharacters" | "maxBodyBytes" | "maxQueueTokens" | "requestTimeoutMs" | "receiveTimeoutMs"
    > {
  port: number;
  host: string;
  apiKeyFile?: string;
  corsOrigin?: string[];
  maxBatchTokens?: number;
  graceMs: number;
  drainDelayMs: number;
  log: boolean;
}

/** Keys, separated by commas. */
const keysVariable = "CROSSRANK_API_KEYS";

export function addServeCommand(program: Command): void {
  const command = program
    .command("serve")
    .summary("rank over HTTP, for the clients of Cohere, Jina, Voyage, TEI and KServe")
    .description("Rank over HTTP, for the clients of Cohere, Jina, vLLM, infinity, Voyage, TEI and KServe V2.")
    .argument(
      "[model...]",
      "folders of models or their ids on the Hub, or name=model (default: the model that comes with crossrank)",
    )
    .option("-p, --port <port>", "port to listen on; 0 for any free one", wholeNumberFrom(0, 65_535), 8080)
    .option("--host <address>", "address to listen on; 0.0.0.0 for all", "127.0.0.1");
  addScoringOptions(command)
    .option("--max-batch-tokens <tokens>", "most tokens that a model sees at once (default: 512)", wholeNumberFrom(1))
    .option("--max-documents <count>", "most documents of a request (default: 1000)", wholeNumberFrom(1))
    .option("--max-characters <count>", "most characters of a request (default: 4000000)", wholeNumberFrom(1))
    .option("--max-body-bytes <count>", "most bytes of a request (default: 8388608)", wholeNumberFrom(1))
    .option("--max-queue-tokens <count>", "most tokens that wait, a model (default: 200000)", wholeNumberFrom(1))
    .option("--request-timeout-ms <ms>", "most time for a request (default: 60000)", wholeNumberFrom(1))
    .option("--receive-timeout-ms <ms>", "most time to send a request (default: 30000)", wholeNumberFrom(1))
    .option("--api-key-file <file>", `file of keys, one a line (or ${keysVariable}, with commas between)`)
    .option("--cors-origin <origin...>", "origins of web pages that may use the server, or *")
    .option("--grace-ms <ms>", "time for requests in flight when the server ends", wholeNumberFrom(0), 25_000)
    .option(
      "--drain-delay-ms <ms>",
      "time to go on serving after SIGTERM, while /ready says no",
      wholeNumberFrom(0),
      1000,
    )
    .addOption(new Option("--no-log", "no line of JSON a request on standard error"))
    .addHelpText(
      "after",
      `
A page to try it is at /, the routes are at /openapi.json, metrics at /metrics.
SIGTERM or SIGINT: requests in flight finish, then it exits with status 0; new ones
get status 503, after SIGTERM not before the drain delay. A second signal ends it at
once.

Examples:
  crossrank serve --port 8081
  crossrank serve ./my-reranker small=./my-small-reranker --host 0.0.0.0 --port 80`,
    )
    .action(serve);
}

async function serve(models: readonly string[], flags: ServeFlags): Promise<void> {
  const { createServer } = await import("../../server/index.js");
  const apiKeys = await readKeys(flags.apiKeyFile);
  const server = createServer({
    ...pick(flags, [
      "maxDocuments",
      "maxCharacters",
      "maxBodyBytes",
      "maxQueueTokens",
      "requestTimeoutMs",
      "receiveTimeoutMs",
    ]),
    models: modelsOf(models, flags),
    apiKeys,
    corsOrigins: flags.corsOrigin?.includes("*") ? "*" : (flags.corsOrigin ?? []),
    logger: flags.log,
  });
  const ended = untilSignalled(server, flags);
  const url = await server.listen(flags).catch((error: unknown) => {
    throw cannotListen(error, flags);
  });
  process.stderr.write(`Listening on ${url}, loading ${models.length > 1 ? "the models" : "the model"}.\n`);
  if (apiKeys.length === 0 && !isLoopback(flags.host))
    process.stderr.write(`Anybody who can reach ${flags.host} may use it: set ${keysVariable} to keep others out.\n`);
  try {
    await server.loaded;
  } catch (error) {
    await server.close({ graceMs: 0 });
    // Nothing but a signal ends the server, and with it the loading.
    if (error instanceof Error && error.name === "AbortError") return;
    throw error;
  }
  process.stderr.write("Ready.\n");
  await ended;
}

function modelsOf(models: readonly string[], flags: ServeFlags): ServedModelOptions[] {
  const shared = pick(flags, [
    "maxLength",
    "threads",
    "workers",
    "device",
    "dtype",
    "onnxFile",
    "activationFn",
    "longDocuments",
    "prompt",
    "promptName",
    "maxBatchTokens",
    "revision",
    "localFilesOnly",
    "cacheDir",
  ]);
  const named = [...(flags.model === undefined ? [] : [flags.model]), ...models];
  if (named.length === 0) return [shared];
  return named.map((argument) => {
    const [, name, model] = /^([\w.-]+)=(.+)$/.exec(argument) ?? [];
    return { ...shared, model: model ?? argument, ...(name === undefined ? {} : { name }) };
  });
}

async function readKeys(file: string | undefined): Promise<string[]> {
  const text = file === undefined ? process.env[keysVariable] : await readFile(file, "utf8");
  if (text === undefined) return [];
  const keys = text
    .split(file === undefined ? "," : /\r?\n/)
    .map((key) => key.trim())
    .filter((key) => key !== "");
  if (keys.length > 0) return keys;
  throw new InvalidOptionsError(
    `${file ?? keysVariable} must hold at least one key, but holds none. Without keys, do not name it.`,
    { source: file ?? keysVariable },
  );
}

/** Resolves when a signal has ended the server in good order. */
function untilSignalled(server: RerankServer, { graceMs, drainDelayMs }: ServeFlags): Promise<void> {
  return new Promise((resolve, reject) => {
    let isEnding = false;
    const end = (signal: NodeJS.Signals) => {
      if (isEnding) process.exit(1);
      isEnding = true;
      process.stderr.write("Ending: requests in flight finish. Another signal ends at once.\n");
      server.close({ graceMs, drainDelayMs: signal === "SIGTERM" ? drainDelayMs : 0 }).then(resolve, reject);
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
  });
}

/** Why nothing can listen there, and what to do; other errors are themselves. */
function cannotListen(error: unknown, { host, port }: ServeFlags): unknown {
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE: `--port must be free, but something listens on ${port} of ${host} already. Name another, or 0 for any free one.`,
    EACCES: `--port must be one that this user may listen on, but ${port} is not. Name one of 1024 or more.`,
    EADDRNOTAVAIL: `--host must be an address of this machine, but ${host} is none. Use 0.0.0.0 for all that it has.`,
  };
  const message = remedies[(error as NodeJS.ErrnoException).code ?? ""];
  return message === undefined ? error : new InvalidOptionsError(message, { host, port }, { cause: error });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
