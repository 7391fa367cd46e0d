/**
 * text-embeddings-inference's routes for rerankers and classifiers.
 *
 * Equal scores are sorted by index, ascending; there they come in reversed order.
 *
 * @see text-embeddings-inference 1.9.3, `router/src/http/types.rs` and `server.rs`
 */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Pair } from "../../cross-encoder/index.js";
import { InvalidInputError } from "../../errors/index.js";
import type { Exchange, ScoringAnswer, ScoringService } from "../scoring-service.js";
import { parseBody, rank, refuseField, requireDocuments, requireOneLabel } from "./format.js";

const commonFields = {
  model: z.string().nullish(),
  truncate: z.boolean().nullish(),
  truncation_direction: z.enum(["left", "right", "Left", "Right"]).nullish(),
  raw_scores: z.boolean().nullish(),
};

export const teiRerankSchema = z.looseObject({
  ...commonFields,
  query: z.string(),
  texts: z.array(z.string()),
  return_text: z.boolean().nullish(),
  return_documents: z.boolean().nullish(),
  top_n: z.int().nonnegative().nullish(),
  top_k: z.int().nonnegative().nullish(),
});

export const teiRerankAnswerSchema = z.array(
  z.object({ index: z.int(), score: z.number(), text: z.string().optional() }),
);

export const teiPredictSchema = z.looseObject({
  ...commonFields,
  inputs: z.union([z.string(), z.array(z.string()), z.array(z.array(z.string()))], {
    error: "expected a pair, or a list of pairs",
  }),
});

const predictionSchema = z.array(z.object({ score: z.number(), label: z.string() }));
export const teiPredictAnswerSchema = z.union([predictionSchema, z.array(predictionSchema)]);

/** What {@link addTeiRoutes} tells of the server. */
export interface TeiInfo {
  version: string;
  maxDocuments: number;
}

/** Answers a body with `texts`, on any of the rerank routes. */
export async function rerankTei(
  service: ScoringService,
  exchange: Exchange,
): Promise<z.input<typeof teiRerankAnswerSchema>> {
  exchange.request.errorFormat = "tei";
  const body = parseBody(exchange.request, teiRerankSchema);
  refuseLeftTruncation(body);
  requireDocuments(body.texts, "`texts`");
  requireOneLabel(service.findModel(body.model));
  const answer = await service.score(exchange, {
    model: body.model,
    pairs: body.texts.map((text) => [body.query, text]),
    isRaw: body.raw_scores ?? false,
    mayTruncate: body.truncate ?? true,
  });
  const returnsText = body.return_text ?? body.return_documents ?? false;
  return rank(answer.scores, body.top_n ?? body.top_k).map(({ index, score }) => ({
    index,
    score,
    ...(returnsText ? { text: body.texts[index] as string } : {}),
  }));
}

export function addTeiRoutes(app: FastifyInstance, service: ScoringService, info: TeiInfo): void {
  const options = { config: { errorFormat: "tei" } } as const;
  app.post("/predict", options, async (request, reply) => {
    const body = parseBody(request, teiPredictSchema);
    refuseLeftTruncation(body);
    const { pairs, isSingle } = toPairs(body.inputs);
    const answer = await service.score(
      { request, reply },
      { model: body.model, pairs, isRaw: body.raw_scores ?? false, mayTruncate: body.truncate ?? true },
    );
    const rows = predictions(answer, pairs.length);
    return isSingle ? (rows[0] ?? []) : rows;
  });
  app.get("/info", options, async (request) => {
    const wanted = (request.query as { model?: string }).model;
    return describeModel(service, info, wanted);
  });
}

function describeModel(
  service: ScoringService,
  { version, maxDocuments }: TeiInfo,
  wanted: string | undefined,
): object {
  const { name, encoder } = service.findModel(wanted);
  const id2label = encoder.id2label;
  const label2id = Object.fromEntries(Object.entries(id2label).map(([id, label]) => [label, Number(id)]));
  return {
    model_id: name,
    model_sha: null,
    model_dtype: encoder.dtype === "fp32" ? "float32" : encoder.dtype,
    served_model_name: name,
    model_type: { [encoder.numLabels === 1 ? "reranker" : "classifier"]: { id2label, label2id } },
    max_input_length: encoder.maxLength,
    max_client_batch_size: maxDocuments,
    auto_truncate: true,
    version,
  };
}

/** A pair's labels, the one with the highest score first. */
function predictions({ scores, model }: ScoringAnswer, pairCount: number): { score: number; label: string }[][] {
  const { id2label, numLabels } = model.encoder;
  return Array.from({ length: pairCount }, (_, index) =>
    rank(scores.slice(index * numLabels, (index + 1) * numLabels), undefined).map(({ index: label, score }) => ({
      score,
      label: id2label[label] ?? String(label),
    })),
  );
}

/** A list of texts is one pair, a list of lists several. */
function toPairs(inputs: z.output<typeof teiPredictSchema>["inputs"]): { pairs: Pair[]; isSingle: boolean } {
  const isSingle = typeof inputs === "string" || typeof inputs[0] === "string";
  const rows = (typeof inputs === "string" ? [[inputs]] : isSingle ? [inputs] : inputs) as string[][];
  requireDocuments(rows, "`inputs`");
  const pairs = rows.map(([query, document, ...rest], index): Pair => {
    if (query !== undefined && document !== undefined && rest.length === 0) return [query, document];
    throw new InvalidInputError(
      `inputs must hold pairs, but at index ${index} there are ${(rows[index] as string[]).length} texts. ` +
        `A cross-encoder reads a query and a document.`,
      { argument: "inputs", index },
    );
  });
  return { pairs, isSingle };
}

function refuseLeftTruncation({
  truncation_direction: direction,
}: {
  truncation_direction?: string | null | undefined;
}): void {
  if (direction?.toLowerCase() === "left")
    refuseField("truncation_direction left", "texts are cut at their end. Leave it out.");
}
