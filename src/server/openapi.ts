import { z } from "zod";
import { inferSchema } from "./formats/kserve.js";
import { rerankAnswerSchema, rerankSchema } from "./formats/rerank.js";
import { teiPredictAnswerSchema, teiPredictSchema, teiRerankAnswerSchema, teiRerankSchema } from "./formats/tei.js";
import { voyageAnswerSchema, voyageSchema } from "./formats/voyage.js";

interface Operation {
  summary: string;
  body: z.ZodType;
  answer?: z.ZodType;
}

const rerank: Operation = {
  summary: "Ranks documents, or texts in text-embeddings-inference's format",
  body: z.union([rerankSchema, teiRerankSchema]),
  answer: z.union([rerankAnswerSchema, teiRerankAnswerSchema]),
};

const operations: Readonly<Record<string, Operation>> = {
  "/rerank": rerank,
  "/v1/rerank": rerank,
  "/v2/rerank": rerank,
  "/voyage/v1/rerank": { summary: "Voyage's API", body: voyageSchema, answer: voyageAnswerSchema },
  "/predict": {
    summary: "Scores of all labels, as text-embeddings-inference gives them",
    body: teiPredictSchema,
    answer: teiPredictAnswerSchema,
  },
  "/v2/models/{model}/infer": { summary: "KServe V2, with texts as BYTES tensors", body: inferSchema },
};

const readings: Readonly<Record<string, string>> = {
  "/info": "The first model, or the one that ?model= names",
  "/v1/models": "The models",
  "/health": "Whether the process is alive",
  "/ready": "Whether all models are loaded and requests are taken",
  "/metrics": "Prometheus' text format",
  "/v2": "KServe V2: the server",
  "/v2/health/live": "KServe V2: alive",
  "/v2/health/ready": "KServe V2: ready",
  "/v2/models/{model}": "KServe V2: a model's tensors",
  "/v2/models/{model}/ready": "KServe V2: whether a model is ready",
};

const problems: Readonly<Record<number, string>> = {
  400: "The body does not fit the format, or is empty",
  401: "The request has none of the server's keys",
  404: "There is no such model",
  413: "The body has too many bytes",
  422: "Too many documents or characters, or a pair is too long and must not be cut",
  429: "The queue is full; Retry-After says when to come again",
  503: "The model is loading, the server is shutting down, or a worker died",
  504: "The request was not answered in its time",
};

/** The server's routes as OpenAPI 3.1, with the schemas that bodies are checked against. */
export function describeApi(version: string): object {
  const posts = Object.entries(operations).map(([path, operation]) => [
    path,
    { ...pathParameters(path), post: describePost(operation) },
  ]);
  const gets = Object.entries(readings).map(([path, summary]) => [
    path,
    { ...pathParameters(path), get: { summary, responses: { 200: { description: "OK" } } } },
  ]);
  return {
    openapi: "3.1.0",
    info: { title: "crossrank", version, description: "Reranking with cross-encoders." },
    components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
    paths: Object.fromEntries([...posts, ...gets]) as object,
  };
}

function describePost({ summary, body, answer }: Operation): object {
  return {
    summary,
    security: [{}, { key: [] }],
    parameters: [
      { name: "x-request-timeout-ms", in: "header", schema: { type: "integer", minimum: 1 } },
      { name: "x-request-id", in: "header", schema: { type: "string" } },
    ],
    requestBody: { required: true, content: jsonOf(body) },
    responses: {
      200: { description: "OK", ...(answer === undefined ? {} : { content: jsonOf(answer) }) },
      ...Object.fromEntries(Object.entries(problems).map(([status, description]) => [status, { description }])),
    },
  };
}

function jsonOf(schema: z.ZodType): object {
  return { "application/json": { schema: z.toJSONSchema(schema, { io: "input" }) } };
}

function pathParameters(path: string): object {
  if (!path.includes("{model}")) return {};
  return { parameters: [{ name: "model", in: "path", required: true, schema: { type: "string" } }] };
}
