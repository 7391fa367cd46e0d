import type { Redis } from "ioredis";
import { QueueUnavailableError } from "../errors/index.js";
import type { ResolvedConnection } from "./resolve-options.js";

export type RedisClient = Redis;

/** No longer between two attempts: Redis may be back at any moment. */
const longestPauseMs = 2000;

/**
 * Connects to Redis. Once connected, commands wait through an outage and are sent again after it: each must be safe to
 * do twice.
 *
 * @throws {QueueUnavailableError} If ioredis is not installed, or Redis cannot be reached now.
 */
export async function connectRedis({
  redis: url,
  onNotice,
}: ResolvedConnection): Promise<{ client: RedisClient; leave: () => void }> {
  const { Redis } = await loadDriver();
  const { host } = new URL(url);
  let wasReady = false;
  let isAway = false;
  let hasLeft = false;
  let lastError: Error | undefined;
  const client = new Redis(url, {
    lazyConnect: true,
    // BullMQ's workers call for it.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (wasReady ? Math.min(attempt * 100, longestPauseMs) : null),
  });
  client.on("error", (error: Error) => (lastError = error));
  client.on("close", () => {
    if (!wasReady || isAway || hasLeft) return;
    isAway = true;
    onNotice?.(`Redis at ${host} went away; waiting for it.`);
  });
  client.on("ready", () => {
    if (isAway) onNotice?.(`Redis at ${host} is back.`);
    wasReady = true;
    isAway = false;
  });
  await client.connect().catch((error: unknown) => {
    client.disconnect();
    throw unreachable(host, lastError ?? error);
  });
  const leave = () => {
    hasLeft = true;
    client.disconnect();
  };
  return { client, leave };
}

function unreachable(host: string, cause: unknown): QueueUnavailableError {
  return new QueueUnavailableError(
    `A Redis server must answer at ${host}, but: ${cause instanceof Error ? cause.message : String(cause)}. ` +
      `Start one, or name another with redis (--redis).`,
    { redis: host },
    { cause },
  );
}

async function loadDriver(): Promise<Pick<typeof import("ioredis"), "Redis">> {
  try {
    return await import("ioredis");
  } catch (cause) {
    throw missingPackage("ioredis", cause);
  }
}

/** Of a package that only bulk scoring needs. */
export function missingPackage(name: string, cause: unknown): QueueUnavailableError {
  return new QueueUnavailableError(
    `Bulk scoring needs the package ${name}, which could not be loaded. Run: npm install bullmq@6 ioredis@5`,
    { package: name },
    { cause },
  );
}
