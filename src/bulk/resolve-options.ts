import { z } from "zod";
import { InvalidOptionsError } from "../errors/index.js";
import type { BulkWorkerOptions, CollectOptions, SubmitOptions } from "./options.js";

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

export type ResolvedConnection = z.output<typeof connectionSchema>;
export type BulkScoring = z.output<typeof scoringSchema>;
export type ResolvedSubmitOptions = z.output<typeof submitSchema>;
export type ResolvedWorkerOptions = z.output<typeof workerSchema>;
export type ResolvedCollectOptions = z.output<typeof collectSchema>;

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveSubmitOptions(options: SubmitOptions): ResolvedSubmitOptions & { scoring: BulkScoring } {
  const resolved = resolve("submitPairs", submitSchema, options);
  const given = Object.keys(scoringSchema.shape).filter((key) => key in resolved);
  const scoring = Object.fromEntries(given.map((key) => [key, resolved[key as keyof BulkScoring]]));
  return { ...resolved, scoring };
}

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveWorkerOptions(options: BulkWorkerOptions): ResolvedWorkerOptions {
  return resolve("startBulkWorker", workerSchema, options);
}

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value; names each. */
export function resolveCollectOptions(options: CollectOptions): ResolvedCollectOptions {
  return resolve("collectScores", collectSchema, options);
}

function resolve<Schema extends z.ZodObject>(call: string, schema: Schema, options: unknown): z.output<Schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape);
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const list = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  throw new InvalidOptionsError(`Options of ${call}() must be valid. ${list}. Known options: ${known.join(", ")}.`, {
    issues,
    known,
  });
}
