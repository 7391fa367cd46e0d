import { loadBullmq, type ChunkQueue } from "./bullmq.js";
import { ChunkStore } from "./chunk-store.js";
import { connectRedis, type RedisClient } from "./redis.js";
import type { ResolvedConnection } from "./resolve-options.js";

/** A queue of chunks, and where their texts and results are. */
export interface BulkQueue extends AsyncDisposable {
  redis: RedisClient;
  jobs: ChunkQueue;
  store: ChunkStore;
}

/** @throws {QueueUnavailableError} If a package is missing, or Redis cannot be reached. */
export async function openQueue(options: ResolvedConnection): Promise<BulkQueue> {
  const { Queue } = await loadBullmq();
  const { client: redis, leave } = await connectRedis(options);
  const jobs: ChunkQueue = new Queue(options.queue, { connection: redis });
  // Told by the connection itself.
  jobs.on("error", () => undefined);
  return {
    redis,
    jobs,
    store: new ChunkStore(redis, options.queue),
    [Symbol.asyncDispose]: async () => {
      await jobs.close();
      leave();
    },
  };
}
