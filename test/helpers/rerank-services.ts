/** Small servers that answer in the wire formats of rerank services, as those document them. */
import type { InferenceSession } from "onnxruntime-node";
import { Tensor } from "onnxruntime-node";
import type { Answer, ReceivedRequest } from "./start-server.js";

/** The model of such a service: the logit of a pair. */
export type LogitOf = (query: string, document: string) => number;

export const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

interface CohereRequest {
  query: string;
  documents: string[];
  top_n?: number;
  raw_scores?: boolean;
}

/** Cohere's and `crossrank serve`'s: sorted results, as many as `top_n`. */
export function answerAsCohere({ json }: ReceivedRequest, logitOf: LogitOf): Answer {
  const { query, documents, top_n, raw_scores } = json() as CohereRequest;
  const results = documents
    .map((document, index) => {
      const logit = logitOf(query, document);
      return { index, relevance_score: raw_scores === true ? logit : sigmoid(logit) };
    })
    .sort((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, top_n);
  return { body: { id: "8f2d", results, meta: { api_version: { version: "2" } } } };
}

/** text-embeddings-inference's: a bare array, equal scores in reversed order; too many texts are refused. */
export function answerAsTei({ json }: ReceivedRequest, logitOf: LogitOf, maxBatch = 32): Answer {
  const { query, texts, raw_scores } = json() as { query: string; texts: string[]; raw_scores: boolean };
  if (texts.length > maxBatch) {
    const error = `batch size ${texts.length} > maximum allowed batch size ${maxBatch}`;
    return { status: 422, body: { error, error_type: "Validation" } };
  }
  const scores = texts.map((text, index) => {
    const logit = logitOf(query, text);
    return { index, score: raw_scores ? logit : sigmoid(logit) };
  });
  return { body: scores.sort((a, b) => a.score - b.score).reverse() };
}

interface InferHead {
  inputs: { name: string; shape: number[]; datatype: string; parameters: { binary_data_size: number } }[];
  outputs: { name: string; parameters: { binary_data: boolean } }[];
}

/** A KServe V2 endpoint that runs an ONNX file of the standard layout, with binary tensors both ways. */
export async function answerAsKserve(
  { headers, body }: ReceivedRequest,
  session: InferenceSession,
): Promise<{ headers: Record<string, string>; body: Buffer }> {
  const headLength = Number(headers["inference-header-content-length"]);
  const head = JSON.parse(body.subarray(0, headLength).toString()) as InferHead;
  const feeds: Record<string, Tensor> = {};
  let offset = headLength;
  for (const { name, shape, parameters } of head.inputs) {
    const bytes = Uint8Array.from(body.subarray(offset, offset + parameters.binary_data_size));
    feeds[name] = new Tensor("int64", new BigInt64Array(bytes.buffer), shape);
    offset += parameters.binary_data_size;
  }
  if (offset !== body.length) throw new Error(`${body.length - offset} bytes are left over`);
  const { logits } = await session.run(feeds);
  const values = logits?.data as Float32Array;
  const answer = Buffer.from(
    JSON.stringify({
      model_name: "reranker",
      outputs: [
        { name: "logits", shape: logits?.dims, datatype: "FP32", parameters: { binary_data_size: values.byteLength } },
      ],
    }),
  );
  return {
    headers: { "content-type": "application/octet-stream", "inference-header-content-length": String(answer.length) },
    body: Buffer.concat([answer, Buffer.from(values.buffer, values.byteOffset, values.byteLength)]),
  };
}
