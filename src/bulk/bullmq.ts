import type { Job, Queue, Worker } from "bullmq";
import { missingPackage } from "./redis.js";

/** Which chunk a job is; its texts are in the {@link ChunkStore}. */
export interface ChunkJob {
  submission: string;
  chunk: number;
}

export type Bullmq = typeof import("bullmq");
export type ChunkQueue = Queue<ChunkJob>;
export type ChunkWorker = Worker<ChunkJob>;
export type QueuedChunk = Job<ChunkJob>;

/**
 * Loads BullMQ only when it is used: it is an optional peer.
 *
 * @throws {QueueUnavailableError} If it is not installed.
 */
export async function loadBullmq(): Promise<Bullmq> {
  try {
    return await import("bullmq");
  } catch (cause) {
    throw missingPackage("bullmq", cause);
  }
}

/** The id of a chunk's job: BullMQ takes each once. */
export function jobId({ submission, chunk }: ChunkJob): string {
  return `${submission}-${chunk}`;
}
