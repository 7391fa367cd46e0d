/**
 * KServe's V2 protocol (Open Inference Protocol) over HTTP, with texts as tensors of type BYTES.
 *
 * In: `query` of shape [1], or [n] with one for each document, and `documents` of shape [n]. Out: `scores`, FP32 [n], in
 * the order of the documents; with the parameter `top_n` the best ones first, and `indices`, INT32, beside them.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Pair } from "../../cross-encoder/index.js";
import { InvalidInputError } from "../../errors/index.js";
import type { ScoringService } from "../scoring-service.js";
import { parseBody, rank, requireDocuments, requireOneLabel } from "./format.js";
import { decodeTexts, encodeFloats, encodeIntegers } from "./kserve-tensors.js";

const outputParametersSchema = z.looseObject({ binary_data: z.boolean().optional() });

export const inferSchema = z.looseObject({
  id: z.string().optional(),
  parameters: z
    .looseObject({
      top_n: z.int().nonnegative().optional(),
      raw_scores: z.boolean().optional(),
      truncate: z.boolean().optional(),
      binary_data_output: z.boolean().optional(),
    })
    .optional(),
  inputs: z.array(
    z.looseObject({
      name: z.string(),
      shape: z.array(z.int().nonnegative()),
      datatype: z.literal("BYTES"),
      parameters: z.looseObject({ binary_data_size: z.int().nonnegative().optional() }).optional(),
      data: z.array(z.union([z.string(), z.array(z.string())])).optional(),
    }),
  ),
  outputs: z.array(z.looseObject({ name: z.string(), parameters: outputParametersSchema.optional() })).optional(),
});

type InferBody = z.output<typeof inferSchema>;

interface OutputTensor {
  name: string;
  datatype: "FP32" | "INT32";
  values: readonly number[];
}

interface ModelParams {
  model: string;
}

const jsonLengthHeader = "inference-header-content-length";
const config = { errorFormat: "kserve" } as const;

export function addKServeRoutes(app: FastifyInstance, service: ScoringService, version: string): void {
  app.get("/v2", { config }, async () => ({ name: "crossrank", version, extensions: ["binary_tensor_data"] }));
  app.get("/v2/health/live", { config }, async () => ({ live: true }));
  app.get("/v2/health/ready", { config }, async (_, reply) =>
    reply.code(service.isReady ? 200 : 503).send({ ready: service.isReady }),
  );
  for (const prefix of ["/v2/models/:model", "/v2/models/:model/versions/:version"]) {
    app.get<{ Params: ModelParams }>(prefix, { config }, async ({ params }) => describe(service, params.model));
    app.get<{ Params: ModelParams }>(`${prefix}/ready`, { config }, async ({ params }, reply) => {
      const isReady = service.findModel(params.model).isReady;
      return reply.code(isReady ? 200 : 503).send({ name: params.model, ready: isReady });
    });
    // Its own scope: only here a body may be bytes.
    void app.register(async (scope) => {
      scope.addContentTypeParser(
        "application/octet-stream",
        { parseAs: "buffer" },
        async (request: FastifyRequest, body: Buffer) => readBinaryBody(request, body),
      );
      scope.post<{ Params: ModelParams }>(`${prefix}/infer`, { config }, async (request, reply) =>
        infer(service, { request, reply }, request.params.model),
      );
    });
  }
}

function describe(service: ScoringService, name: string): object {
  service.findModel(name);
  return {
    name,
    versions: ["1"],
    platform: "crossrank",
    inputs: [
      { name: "query", datatype: "BYTES", shape: [-1] },
      { name: "documents", datatype: "BYTES", shape: [-1] },
    ],
    outputs: [{ name: "scores", datatype: "FP32", shape: [-1] }],
  };
}

async function infer(
  service: ScoringService,
  exchange: { request: FastifyRequest; reply: FastifyReply },
  name: string,
): Promise<unknown> {
  requireOneLabel(service.findModel(name));
  const body = parseBody(exchange.request, inferSchema);
  const { top_n: topN, raw_scores: isRaw = false, truncate: mayTruncate = true } = body.parameters ?? {};
  const answer = await service.score(exchange, { model: name, pairs: pairsOf(body), isRaw, mayTruncate });
  const tensors = outputTensors(answer.scores, topN);
  const header = {
    model_name: answer.model.name,
    model_version: "1",
    ...(body.id === undefined ? {} : { id: body.id }),
  };
  return sendTensors(exchange.reply, header, selectOutputs(tensors, body));
}

function pairsOf({ inputs }: InferBody): Pair[] {
  const [queries, documents] = [textsOf(inputs, "query"), textsOf(inputs, "documents")];
  requireDocuments(documents, "documents");
  if (queries.length !== 1 && queries.length !== documents.length) {
    throw new InvalidInputError(
      `query must hold one text, or one for each of the ${documents.length} documents, got ${queries.length}.`,
      { argument: "query" },
    );
  }
  return documents.map((document, index) => [queries[queries.length === 1 ? 0 : index] as string, document]);
}

function textsOf(inputs: InferBody["inputs"], name: string): string[] {
  const tensor = inputs.find((input) => input.name === name);
  if (tensor?.data === undefined)
    throw new InvalidInputError(`inputs must hold a tensor ${name} of type BYTES, with its data.`, { argument: name });
  const texts = tensor.data.flat();
  const expected = tensor.shape.reduce((product, size) => product * size, 1);
  if (expected === texts.length) return texts;
  throw new InvalidInputError(
    `The tensor ${name} must hold as many texts as its shape says, ${expected}, got ${texts.length}.`,
    { argument: name },
  );
}

function outputTensors(scores: Float32Array, topN: number | undefined): OutputTensor[] {
  if (topN === undefined) return [{ name: "scores", datatype: "FP32", values: [...scores] }];
  const ranked = rank(scores, topN);
  return [
    { name: "scores", datatype: "FP32", values: ranked.map(({ score }) => score) },
    { name: "indices", datatype: "INT32", values: ranked.map(({ index }) => index) },
  ];
}

function selectOutputs(
  tensors: readonly OutputTensor[],
  { outputs, parameters }: InferBody,
): [OutputTensor, boolean][] {
  const isBinary = parameters?.binary_data_output ?? false;
  if (outputs === undefined) return tensors.map((tensor) => [tensor, isBinary]);
  return outputs.map(({ name, parameters: wish }) => {
    const tensor = tensors.find((candidate) => candidate.name === name);
    if (tensor !== undefined) return [tensor, wish?.binary_data ?? isBinary];
    const names = tensors.map((candidate) => candidate.name).join(" and ");
    throw new InvalidInputError(`outputs may name ${names}; indices are there with the parameter top_n.`, {
      argument: "outputs",
    });
  });
}

function sendTensors(reply: FastifyReply, header: object, outputs: readonly [OutputTensor, boolean][]): unknown {
  const chunks: Buffer[] = [];
  const described = outputs.map(([{ name, datatype, values }, isBinary]) => {
    const shape = [values.length];
    if (!isBinary) return { name, shape, datatype, data: values };
    const bytes = datatype === "FP32" ? encodeFloats(values) : encodeIntegers(values);
    chunks.push(bytes);
    return { name, shape, datatype, parameters: { binary_data_size: bytes.length } };
  });
  const body = { ...header, outputs: described };
  if (chunks.length === 0) return body;
  const json = Buffer.from(JSON.stringify(body));
  return reply
    .header(jsonLengthHeader, json.length)
    .type("application/octet-stream")
    .send(Buffer.concat([json, ...chunks]));
}

/** Puts the tensors' bytes into the JSON as if they had come there. */
function readBinaryBody({ headers }: FastifyRequest, bytes: Buffer): unknown {
  const jsonLength = Number(headers[jsonLengthHeader] ?? bytes.length);
  if (!Number.isSafeInteger(jsonLength) || jsonLength < 0 || jsonLength > bytes.length)
    throw new InvalidInputError(
      `The header Inference-Header-Content-Length must be the length of the JSON in bytes, at most the body's ${bytes.length}.`,
      { argument: jsonLengthHeader },
    );
  const body = parseJson(bytes.subarray(0, jsonLength));
  let offset = jsonLength;
  for (const input of listOfInputs(body)) {
    const size = input.parameters?.binary_data_size;
    if (typeof size !== "number" || input.data !== undefined) continue;
    if (!Number.isSafeInteger(size) || size < 0 || offset + size > bytes.length)
      throw new InvalidInputError(`The tensor ${String(input.name)} must lie within the body, but ends past it.`, {
        argument: "binary_data_size",
      });
    input.data = decodeTexts(bytes.subarray(offset, offset + size), String(input.name));
    offset += size;
  }
  return body;
}

interface BinaryInput {
  name?: unknown;
  data?: unknown;
  parameters?: { binary_data_size?: unknown } | null;
}

function listOfInputs(body: unknown): BinaryInput[] {
  const inputs = (body as { inputs?: unknown } | null)?.inputs;
  if (!Array.isArray(inputs)) return [];
  return inputs.filter((input): input is BinaryInput => typeof input === "object" && input !== null);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new InvalidInputError(
      "The body must begin with valid JSON, as long as Inference-Header-Content-Length says.",
      {
        argument: "body",
      },
    );
  }
}
