import { z } from "zod";
import { parseOptions } from "../options/index.js";
import type { BulkConnection, BulkWorkerOptions, CollectOptions, SubmitOptions } from "./options.js";

const positiveInteger = z.int().positive();

function callback<Callback>(): z.ZodType<Callback> {
  return z.custom<Callback>((value) => typeof value === "function", "expected a function");
}

const connectionSchema = z.strictObject({
  redis: z
    .url({ protocol: /^rediss?$/, error: "expected redis://host:port or rediss://host:port" })
    .default("redis://127.0.0.1:6379"),
  // BullMQ puts colons between the parts of its keys.
  queue: z
    .string()
    .regex(/^[^:]+$/, "expected a name without colons")
    .default("crossrank-bulk"),
  onNotice: callback<(notice: string) => void>().optional(),
  signal: z.instanceof(AbortSignal).optional(),
});

/** How the pairs of a submission are scored, as Redis keeps it. */
export const scoringSchema = z.strictObject({
  model: z.string().min(1).optional(),
  dtype: z.enum(["fp32", "int8", "auto"]).optional(),
  maxLength: positiveInteger.optional(),
  activationFn: z.enum(["sigmoid", "identity", "tanh", "softmax"]).optional(),
  prompt: z.string().optional(),
  promptName: z.string().optional(),
  longDocuments: z.enum(["truncate", "maxPassage"]).optional(),
});

const submitSchema = z.strictObject({
  ...connectionSchema.shape,
  ...scoringSchema.shape,
  chunkTokens: positiveInteger.default(16_384),
  onProgress: callback<NonNullable<SubmitOptions["onProgress"]>>().optional(),
});

const workerSchema = connectionSchema.extend({
  threads: positiveInteger.optional(),
  workers: positiveInteger.optional(),
  // A worker speaks up twice in this time, and should not do much else.
  stalledAfterMs: z.int().min(100).default(30_000),
  untilDone: z.boolean().default(false),
  onChunk: callback<NonNullable<BulkWorkerOptions["onChunk"]>>().optional(),
});

const collectSchema = connectionSchema.extend({
  onProgress: callback<NonNullable<CollectOptions["onProgress"]>>().optional(),
});

export type ResolvedConnection = Readonly<z.output<typeof connectionSchema>>;
export type BulkScoring = z.output<typeof scoringSchema>;
export type ResolvedSubmitOptions = Readonly<z.output<typeof submitSchema>>;
export type ResolvedWorkerOptions = Readonly<z.output<typeof workerSchema>>;
export type ResolvedCollectOptions = Readonly<z.output<typeof collectSchema>>;

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveSubmitOptions(options: SubmitOptions): ResolvedSubmitOptions & { scoring: BulkScoring } {
  const resolved = parseOptions("submitPairs", submitSchema, options);
  const given = Object.keys(scoringSchema.shape).filter((key) => key in resolved);
  const scoring = Object.fromEntries(given.map((key) => [key, resolved[key as keyof BulkScoring]]));
  return { ...resolved, scoring };
}

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveWorkerOptions(options: BulkWorkerOptions): ResolvedWorkerOptions {
  return parseOptions("startBulkWorker", workerSchema, options);
}

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveCollectOptions(options: CollectOptions): ResolvedCollectOptions {
  return parseOptions("collectScores", collectSchema, options);
}

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveRemoveOptions(options: BulkConnection): ResolvedConnection {
  return parseOptions("removeSubmission", connectionSchema, options);
}
