/** `/voyage/v1/rerank`: Voyage's API, for clients whose base URL is `…/voyage/v1`. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ScoringAnswer, ScoringService } from "../scoring-service.js";
import { parseBody, rank, requireDocuments, requireOneLabel, type RankedScore } from "./format.js";

export const voyageSchema = z.looseObject({
  model: z.string().nullish(),
  query: z.string(),
  documents: z.array(z.string()),
  top_k: z.int().positive().nullish(),
  return_documents: z.boolean().nullish(),
  truncation: z.boolean().nullish(),
});

export const voyageAnswerSchema = z.object({
  object: z.literal("list"),
  data: z.array(z.object({ index: z.int(), relevance_score: z.number(), document: z.string().optional() })),
  model: z.string(),
  usage: z.object({ total_tokens: z.int() }),
});

export function addVoyageRoute(app: FastifyInstance, service: ScoringService): void {
  app.post("/voyage/v1/rerank", { config: { errorFormat: "voyage" } }, async (request, reply) => {
    const { model, query, documents, ...body } = parseBody(request, voyageSchema);
    requireDocuments(documents, "documents");
    requireOneLabel(service.findModel(model));
    const answer = await service.score(
      { request, reply },
      {
        model,
        pairs: documents.map((document) => [query, document]),
        isRaw: false,
        mayTruncate: body.truncation ?? true,
      },
    );
    return answerVoyage(answer, rank(answer.scores, body.top_k), body.return_documents ? documents : undefined);
  });
}

/** @param documents - To return with their scores, as plain strings. */
export function answerVoyage(
  { model, tokens }: ScoringAnswer,
  ranked: readonly RankedScore[],
  documents: readonly string[] | undefined,
): z.input<typeof voyageAnswerSchema> {
  return {
    object: "list",
    data: ranked.map(({ index, score }) => ({
      index,
      relevance_score: score,
      ...(documents === undefined ? {} : { document: documents[index] as string }),
    })),
    model: model.name,
    usage: { total_tokens: tokens },
  };
}
