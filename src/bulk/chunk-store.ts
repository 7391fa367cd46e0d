import { deflateSync, inflateSync } from "node:zlib";
import { z } from "zod";
import type { Pair } from "../cross-encoder/index.js";
import { scoringSchema } from "./resolve-options.js";
import type { RedisClient } from "./redis.js";

/** Consecutive pairs of a submitted file. */
export interface Chunk {
  /** Of its first pair among the file's pairs, from 0. */
  firstIndex: number;
  pairs: Pair[];
  /** Line of each pair in the file, from 1. */
  lines: number[];
}

const submissionSchema = z.object({
  /** The file's name, for people. */
  source: z.string(),
  pairs: z.int(),
  chunks: z.int(),
  scoring: scoringSchema,
});

/** What was submitted: known before its first chunk is in the queue. */
export type SubmissionRecord = z.output<typeof submissionSchema>;

/** How far a submission has come; pairs count once, however often they were scored. */
export interface SubmissionCounts {
  scored: number;
  failed: number;
  /** Whether all chunks were put into the queue at some time. */
  isWhole: boolean;
}

/** The results of a chunk as they go to the output. */
export interface ChunkResult {
  /** Lines of JSON, one a pair, each with its line feed. */
  text: string;
  pairs: number;
  failed: number;
}

/** Outlives any outage, but not a submission that was removed in the middle of a chunk. */
const slowStateSeconds = 7 * 24 * 3600;

/** Stores a result if there is none yet, counts its pairs, and drops what was only needed to come to it. */
const storeResultScript = `
  if redis.call('HEXISTS', KEYS[3], 'record') == 0 then return 0 end
  local isFirst = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
  if isFirst == 1 then
    redis.call('HINCRBY', KEYS[3], 'scored', ARGV[3])
    redis.call('HINCRBY', KEYS[3], 'failed', ARGV[4])
  end
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('DEL', KEYS[4])
  return isFirst`;

/**
 * The texts and results of submissions, in Redis beside BullMQ's jobs: a job only names its chunk.
 *
 * Texts are there until their chunk has a result, results until the submission is removed; both are compressed. Every
 * method may be done twice.
 */
export class ChunkStore {
  readonly #redis: RedisClient;
  readonly #root: string;

  constructor(redis: RedisClient, queue: string) {
    this.#redis = redis;
    this.#root = `crossrank:${queue}`;
  }

  /** Writes down what is submitted; a second time changes nothing. */
  async begin(submission: string, record: SubmissionRecord): Promise<void> {
    await this.#redis
      .multi()
      .hsetnx(this.#key(submission), "record", JSON.stringify(record))
      .sadd(`${this.#root}:submissions`, submission)
      .exec();
  }

  /** Says that every chunk has been put into the queue. */
  async markWhole(submission: string): Promise<void> {
    await this.#redis.hset(this.#key(submission), "isWhole", 1);
  }

  /** The ids of all submissions of the queue. */
  async submissions(): Promise<string[]> {
    return (await this.#redis.smembers(`${this.#root}:submissions`)).sort();
  }

  async record(submission: string): Promise<SubmissionRecord | undefined> {
    const json = await this.#redis.hget(this.#key(submission), "record");
    return json === null ? undefined : submissionSchema.parse(JSON.parse(json));
  }

  async counts(submission: string): Promise<SubmissionCounts> {
    const fields = await this.#redis.hmget(this.#key(submission), "scored", "failed", "isWhole");
    return { scored: Number(fields[0]), failed: Number(fields[1]), isWhole: fields[2] === "1" };
  }

  /** Keeps the texts of chunks that have no result yet. @returns The numbers of these chunks. */
  async putTexts(submission: string, chunks: ReadonlyMap<number, Chunk>): Promise<number[]> {
    const numbers = [...chunks.keys()];
    const results = await this.#existing(submission, numbers);
    const open = numbers.filter((_, position) => results[position] !== 1);
    if (open.length === 0) return open;
    const packed = open.map((number) => [String(number), pack(JSON.stringify(chunks.get(number)))] as const);
    await this.#redis.hset(this.#key(submission, "texts"), new Map(packed));
    return open;
  }

  /** The texts of a chunk; `"stored"` if it has a result, `undefined` if there is neither. */
  async texts(submission: string, chunk: number): Promise<Chunk | "stored" | undefined> {
    const [isStored] = await this.#existing(submission, [chunk]);
    if (isStored === 1) {
      await this.#redis.hdel(this.#key(submission, "texts"), String(chunk));
      return "stored";
    }
    const packed = await this.#redis.hgetBuffer(this.#key(submission, "texts"), String(chunk));
    return packed === null ? undefined : (JSON.parse(unpack(packed)) as Chunk);
  }

  /** Stores the result of a chunk unless it has one. @returns Whether it had none. */
  async putResult(submission: string, chunk: number, { text, pairs, failed }: ChunkResult): Promise<boolean> {
    const keys = [
      this.#key(submission, "results"),
      this.#key(submission, "texts"),
      this.#key(submission),
      this.#slowKey(submission, chunk),
    ];
    const values = [chunk, pack(text), pairs, failed];
    return (await this.#redis.eval(storeResultScript, keys.length, ...keys, ...values)) === 1;
  }

  /** Results of consecutive chunks, as far as they are there: stops at the first that is not. */
  async results(submission: string, from: number, to: number): Promise<string[]> {
    if (from >= to) return [];
    const numbers = Array.from({ length: to - from }, (_, offset) => String(from + offset));
    const packed = await this.#redis.hmgetBuffer(this.#key(submission, "results"), ...numbers);
    const missing = packed.indexOf(null);
    return (packed.slice(0, missing < 0 ? undefined : missing) as Buffer[]).map(unpack);
  }

  /** The model that a submission is scored with: the first that a worker names. */
  async agreeOnModel(submission: string, fingerprint: string): Promise<string> {
    await this.#redis.hsetnx(this.#key(submission), "model", fingerprint);
    return (await this.#redis.hget(this.#key(submission), "model")) ?? fingerprint;
  }

  /** What is kept of a chunk that is scored pair by pair, by field. */
  async slowState(submission: string, chunk: number): Promise<Record<string, string>> {
    return this.#redis.hgetall(this.#slowKey(submission, chunk));
  }

  async setSlowState(submission: string, chunk: number, fields: Readonly<Record<string, string>>): Promise<void> {
    const key = this.#slowKey(submission, chunk);
    await this.#redis.multi().hset(key, fields).expire(key, slowStateSeconds).exec();
  }

  /** Forgets a submission: texts, results and all. Jobs that are left find nothing to do. */
  async remove(submission: string): Promise<void> {
    await this.#redis
      .multi()
      .srem(`${this.#root}:submissions`, submission)
      .unlink(this.#key(submission), this.#key(submission, "texts"), this.#key(submission, "results"))
      .exec();
  }

  async #existing(submission: string, chunks: readonly number[]): Promise<unknown[]> {
    const pipeline = this.#redis.pipeline();
    for (const chunk of chunks) pipeline.hexists(this.#key(submission, "results"), String(chunk));
    return ((await pipeline.exec()) ?? []).map(([error, exists]) => {
      if (error !== null) throw error;
      return exists;
    });
  }

  #key(submission: string, part?: string): string {
    return `${this.#root}:${submission}${part === undefined ? "" : `:${part}`}`;
  }

  #slowKey(submission: string, chunk: number): string {
    return this.#key(submission, `slow:${chunk}`);
  }
}

function pack(text: string): Buffer {
  return deflateSync(text);
}

function unpack(packed: Buffer): string {
  return inflateSync(packed).toString();
}
