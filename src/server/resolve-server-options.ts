import { basename, resolve as resolvePath } from "node:path";
import type { FastifyBaseLogger } from "fastify";
import { z } from "zod";
import { InvalidOptionsError } from "../errors/index.js";
import { parseOptions } from "../options/index.js";
import type { ServedModelOptions, ServerOptions } from "./server-options.js";

const positiveInteger = z.int().positive();
/** What a timer takes. */
const milliseconds = positiveInteger.max(2 ** 31 - 1);

/** The options for loading and scoring are checked by those who take them. */
const modelSchema = z.looseObject({
  model: z.string().min(1).optional(),
  name: z
    .string()
    .regex(/^[\w.:@-]+(\/[\w.:@-]+)*$/, 'expected letters, digits, ".", ":", "@", "_", "-" or "/"')
    .optional(),
});

const serverSchema = z.strictObject({
  models: z
    .array(z.union([z.string().min(1), modelSchema]))
    .min(1)
    .default([{}]),
  maxDocuments: positiveInteger.default(1000),
  maxCharacters: positiveInteger.default(4_000_000),
  maxBodyBytes: positiveInteger.default(8 * 2 ** 20),
  maxQueueTokens: positiveInteger.default(200_000),
  requestTimeoutMs: milliseconds.default(60_000),
  receiveTimeoutMs: milliseconds.default(30_000),
  apiKeys: z.array(z.string().min(1)).default([]),
  corsOrigins: z.union([z.literal("*"), z.array(z.string().min(1))]).default([]),
  logger: z
    .union([z.boolean(), z.custom<FastifyBaseLogger>((value) => typeof value === "object" && value !== null)])
    .default(false),
});

/** A model with the name that requests call it by. */
export type NamedModel = ServedModelOptions & { name: string };

export type ResolvedServerOptions = Readonly<
  Omit<z.output<typeof serverSchema>, "models"> & { models: readonly NamedModel[] }
>;

/** @throws {InvalidOptionsError} If an option is unknown or has a wrong value, or two models have one name. */
export function resolveServerOptions(options: ServerOptions): ResolvedServerOptions {
  const parsed = parseOptions("createServer", serverSchema, options);
  const models = parsed.models.map((model) =>
    named(typeof model === "string" ? { model } : (model as ServedModelOptions)),
  );
  requireDifferentNames(models);
  return Object.freeze({ ...parsed, models });
}

function named(options: ServedModelOptions): NamedModel {
  const { model } = options;
  const ownName = model === undefined ? "nano" : basename(resolvePath(model)).replace(/[^\w.:@-]/g, "-");
  return { ...options, name: options.name ?? ownName };
}

function requireDifferentNames(models: readonly NamedModel[]): void {
  const names = models.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated === undefined) return;
  throw new InvalidOptionsError(
    `Each model must have a name of its own, but two are called ${repeated}. Give one of them another name.`,
    { name: repeated },
  );
}
