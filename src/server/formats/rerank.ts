/**
 * `/rerank`, `/v1/rerank`, `/v2/rerank`: the bodies of Cohere, Jina, vLLM and infinity, which differ little, and
 * text-embeddings-inference's, told by its `texts`. Elasticsearch's custom inference service reads the answers, too.
 */
import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { InvalidInputError } from "../../errors/index.js";
import type { Exchange, ScoringAnswer, ScoringService } from "../scoring-service.js";
import { parseBody, rank, refuseField, requireDocuments, requireOneLabel, type RankedScore } from "./format.js";
import { rerankTei } from "./tei.js";
import { answerVoyage } from "./voyage.js";

const documentSchema = z.union([z.string(), z.object({ text: z.string() }).transform(({ text }) => text)], {
  error: "expected a text, or an object with a text",
});

export const rerankSchema = z.looseObject({
  model: z.string().nullish(),
  query: z.string(),
  documents: z.array(documentSchema),
  top_n: z.int().nonnegative().nullish(),
  top_k: z.int().nonnegative().nullish(),
  return_documents: z.boolean().nullish(),
  return_text: z.boolean().nullish(),
  raw_scores: z.boolean().nullish(),
  use_activation: z.boolean().nullish(),
  truncate: z.boolean().nullish(),
  truncation: z.boolean().nullish(),
  max_tokens_per_doc: z.int().positive().nullish(),
  truncate_prompt_tokens: z.int().min(-1).nullish(),
  rank_fields: z.array(z.string()).nullish(),
});

type RerankBody = z.output<typeof rerankSchema>;

export const rerankAnswerSchema = z.object({
  id: z.string(),
  object: z.literal("rerank"),
  created: z.int(),
  model: z.string(),
  results: z.array(
    z.object({ index: z.int(), relevance_score: z.number(), document: z.object({ text: z.string() }).optional() }),
  ),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.literal(0), total_tokens: z.int() }),
  meta: z.object({
    api_version: z.object({ version: z.string(), is_experimental: z.boolean() }),
    billed_units: z.object({ search_units: z.int() }),
    truncated: z.array(z.int()),
  }),
});

/** As Cohere counts them. */
const documentsPerSearchUnit = 100;

/** Cohere's second version returns no documents; Jina, vLLM and the others do unless told not to. */
const routes = [
  { path: "/rerank", version: "1", returnsDocuments: true },
  { path: "/v1/rerank", version: "1", returnsDocuments: true },
  { path: "/v2/rerank", version: "2", returnsDocuments: false },
] as const;

type Route = (typeof routes)[number];

export function addRerankRoutes(app: FastifyInstance, service: ScoringService): void {
  for (const route of routes) {
    app.post(route.path, { config: { errorFormat: "common" } }, async (request, reply) =>
      hasTexts(request.body) ? rerankTei(service, { request, reply }) : rerank(service, { request, reply }, route),
    );
  }
}

function hasTexts(body: unknown): boolean {
  return typeof body === "object" && body !== null && "texts" in body && !("documents" in body);
}

async function rerank(service: ScoringService, exchange: Exchange, route: Route): Promise<object> {
  const format = requireFormat(exchange.request.query);
  if (format === "voyage") exchange.request.errorFormat = "voyage";
  const body = parseBody(exchange.request, rerankSchema);
  requireDocuments(body.documents, "documents");
  const { model, query, documents } = body;
  const served = service.findModel(model);
  requireOneLabel(served);
  refuseUnsupported(body, served.encoder.maxLength);
  const answer = await service.score(exchange, {
    model,
    pairs: documents.map((document) => [query, document]),
    isRaw: body.raw_scores ?? body.use_activation === false,
    mayTruncate: body.truncate ?? body.truncation ?? true,
  });
  const ranked = rank(answer.scores, body.top_n ?? body.top_k);
  const returnsDocuments = body.return_documents ?? body.return_text;
  if (format === "voyage") return answerVoyage(answer, ranked, returnsDocuments === true ? documents : undefined);
  return answerCommon(answer, ranked, {
    version: route.version,
    documents: (returnsDocuments ?? route.returnsDocuments) ? documents : undefined,
    documentCount: documents.length,
  });
}

function answerCommon(
  { model, tokens, truncated }: ScoringAnswer,
  ranked: readonly RankedScore[],
  options: { version: string; documents: readonly string[] | undefined; documentCount: number },
): z.input<typeof rerankAnswerSchema> {
  const { version, documents, documentCount } = options;
  return {
    id: randomUUID(),
    object: "rerank",
    created: Math.floor(Date.now() / 1000),
    model: model.name,
    results: ranked.map(({ index, score }) => ({
      index,
      relevance_score: score,
      ...(documents === undefined ? {} : { document: { text: documents[index] as string } }),
    })),
    usage: { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens },
    meta: {
      api_version: { version, is_experimental: false },
      billed_units: { search_units: Math.ceil(documentCount / documentsPerSearchUnit) },
      truncated: [...truncated],
    },
  };
}

/** Cutting to less than the model's length is not done; allowing as much changes nothing. */
function refuseUnsupported(body: RerankBody, maxLength: number): void {
  const { max_tokens_per_doc: perDocument, truncate_prompt_tokens: perPrompt, rank_fields: fields } = body;
  const instead = `pairs are truncated to ${maxLength} tokens, this model's length. Leave it out.`;
  if (perDocument !== undefined && perDocument !== null && perDocument < maxLength)
    refuseField(`max_tokens_per_doc below ${maxLength}`, instead);
  if (perPrompt !== undefined && perPrompt !== null && perPrompt !== -1 && perPrompt < maxLength)
    refuseField(`truncate_prompt_tokens below ${maxLength}`, instead);
  if (fields && fields.join() !== "text")
    refuseField("rank_fields", `documents are ranked by their text. Leave it out.`);
}

function requireFormat(query: unknown): "voyage" | undefined {
  const format = (query as { format?: unknown }).format;
  if (format === undefined || format === "voyage") return format;
  throw new InvalidInputError(`format must be voyage, or be left out.`, { argument: "format" });
}
