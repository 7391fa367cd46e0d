/** What the wire formats have in common. */
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { rankScores } from "../../cross-encoder/index.js";
import { InvalidInputError } from "../../errors/index.js";
import type { ErrorFormat } from "../http/error-formats.js";
import type { ServedModel } from "../served-model.js";

declare module "fastify" {
  interface FastifyContextConfig {
    errorFormat?: ErrorFormat;
  }
  interface FastifyRequest {
    /** Instead of the route's, once the body has told. */
    errorFormat: ErrorFormat | undefined;
    /** As `performance.now()` tells the time. */
    arrivedAt: number;
    /** Whether it came before the server began to refuse requests. */
    isAdmitted: boolean;
    /** For the log. */
    scored: Readonly<Record<string, string | number>> | undefined;
  }
}

/** Issues that a message names. */
const maxShown = 3;

/**
 * Checks a body against a format's schema.
 *
 * @throws {InvalidInputError} Naming the fields that are wrong, and none of their values.
 */
export function parseBody<Schema extends z.ZodType>({ body }: FastifyRequest, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const shown = issues.slice(0, maxShown).map(({ path, message }) => `${path === "" ? "it" : path}: ${message}`);
  throw new InvalidInputError(`The body must fit the format. ${shown.join("; ")}. See /openapi.json.`, { issues });
}

/** @throws {InvalidInputError} If a body's list of documents is empty. */
export function requireDocuments(documents: readonly unknown[], argument: string): void {
  if (documents.length > 0) return;
  throw new InvalidInputError(`${argument} must hold at least one text, but is empty.`, { argument });
}

/**
 * A ranking needs one score a document.
 *
 * @throws {InvalidInputError} If the model has several labels.
 * @throws {NotReadyError} If it is not loaded.
 */
export function requireOneLabel({ name, encoder: { numLabels } }: ServedModel): void {
  if (numLabels === 1) return;
  throw new InvalidInputError(
    `The model ${name} has ${numLabels} labels, and only models of one can rank. Use /predict.`,
    { argument: "model", numLabels },
  );
}

/** Refuses a field that would change scores in a way that this server cannot. */
export function refuseField(field: string, instead: string): never {
  throw new InvalidInputError(`${field} is not supported: ${instead}`, { argument: field });
}

/** A ranked document, as formats pick from it. */
export interface RankedScore {
  index: number;
  score: number;
}

/** Best first, equal scores by index. @param topN - All without it, or with 0. */
export function rank(scores: Float32Array, topN: number | null | undefined): RankedScore[] {
  return rankScores(scores, topN || undefined).map(({ corpusId, score }) => ({ index: corpusId, score }));
}
