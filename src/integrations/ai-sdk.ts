import { NoSuchModelError } from "ai";
import { z } from "zod";
import type { RankOptions, Reranker } from "../cross-encoder/index.js";
import { parseOptions } from "../options/index.js";
import { reranker } from "./adapter-options.js";

/** A document that is not just a text: an object of JSON. */
export type JsonObject = Record<string, unknown>;

/** What `rerank()` of the AI SDK asks of a model; the same in versions 3 and 4 of its specification. */
export interface RerankCall {
  documents: { type: "text"; values: string[] } | { type: "object"; values: JsonObject[] };
  query: string;
  topN?: number | undefined;
  abortSignal?: AbortSignal | undefined;
  /** Of these, `crossrank` goes to the model's `rank()`: `{ crossrank: { longDocuments: "maxPassage" } }`. */
  providerOptions?: Record<string, JsonObject> | undefined;
  /** Not used: the model's own connection, if it has one, is the model's business. */
  headers?: Record<string, string | undefined> | undefined;
}

/** What a model answers; the same in versions 3 and 4. */
export interface RerankAnswer {
  /** Best first. */
  ranking: { index: number; relevanceScore: number }[];
  warnings: { type: "compatibility"; feature: string; details: string }[];
  response: { timestamp: Date; modelId: string };
}

/**
 * A reranking model for the Vercel AI SDK.
 *
 * The type is crossrank's own, so that it fits whichever version of `@ai-sdk/provider` is installed: it is a
 * `RerankingModelV3`, which AI SDK 6 and 7 both take.
 */
export interface CrossrankRerankingModel {
  readonly specificationVersion: "v3";
  readonly provider: "crossrank";
  readonly modelId: string;
  /** For the AI SDK to call. Rejects with what `rank()` rejects with; with the signal's reason once that is aborted. */
  doRerank(call: RerankCall): Promise<RerankAnswer>;
}

/** Options of {@link rerankingModel}. */
export interface RerankingModelOptions {
  /** What the model is called in results and telemetry. @default the model's own `modelId` */
  modelId?: string;

  /**
   * The text of a document that is an object.
   *
   * @default its JSON; a warning says so then, since few models were trained on that
   */
  toText?: (document: JsonObject) => string;

  /** Options of the model's `rank()`, below those of the call's `providerOptions.crossrank`. @default {} */
  rankOptions?: Omit<RankOptions, "topK" | "returnDocuments" | "signal">;
}

/** A provider for the Vercel AI SDK; a `ProviderV3`, for `createProviderRegistry()`. */
export interface CrossrankProvider {
  readonly specificationVersion: "v3";
  /** @throws {NoSuchModelError} If the provider was made without a model of this name. */
  rerankingModel(modelId: string): CrossrankRerankingModel;
  /** @throws {NoSuchModelError} Always: crossrank has no such models. */
  languageModel(modelId: string): never;
  /** @throws {NoSuchModelError} Always: crossrank has no such models. */
  embeddingModel(modelId: string): never;
  /** @throws {NoSuchModelError} Always: crossrank has no such models. */
  imageModel(modelId: string): never;
}

const schema = z.strictObject({
  model: reranker,
  modelId: z.string().min(1).optional(),
  toText: z.custom<(document: JsonObject) => string>((value) => typeof value === "function").optional(),
  rankOptions: z.custom<RankOptions>((value) => typeof value === "object").default({}),
});

/**
 * Makes a reranking model for the AI SDK's `rerank()` of anything with `rank()`.
 *
 * Any number of documents is fine: an encoder in process scores them in micro-batches, a `RemoteCrossEncoder` in
 * requests of the size that its service takes. `abortSignal` stops either. The SDK does not repeat calls that fail here:
 * a `RemoteCrossEncoder` has retries of its own.
 *
 * @param model - A `CrossEncoder`, a `RemoteCrossEncoder`, a cascade. Not disposed of.
 * @throws {InvalidOptionsError} If the model has no `rank()`, or an option is wrong.
 *
 * @example
 * const model = rerankingModel(await CrossEncoder.fromPretrained());
 * const { rerankedDocuments } = await rerank({ model, query: "how do you find mass?", documents, topN: 5 });
 */
export function rerankingModel(model: Reranker, options: RerankingModelOptions = {}): CrossrankRerankingModel {
  const resolved = parseOptions("rerankingModel", schema, { ...options, model });
  const { modelId = model.modelId, toText, rankOptions } = resolved;
  // A plain object, without private fields: AI SDK 7 wraps models of version 3 in a proxy.
  return {
    specificationVersion: "v3",
    provider: "crossrank",
    modelId,
    async doRerank({ documents, query, topN, abortSignal, providerOptions }) {
      const texts = documents.type === "text" ? documents.values : documents.values.map(toText ?? toJson);
      const ranking = await model.rank(query, texts, {
        ...rankOptions,
        ...(providerOptions?.["crossrank"] as RankOptions | undefined),
        returnDocuments: false,
        ...(topN === undefined ? {} : { topK: topN }),
        ...(abortSignal === undefined ? {} : { signal: abortSignal }),
      });
      return {
        ranking: ranking.map(({ corpusId, score }) => ({ index: corpusId, relevanceScore: score })),
        warnings: documents.type === "object" && toText === undefined ? [jsonWarning] : [],
        response: { timestamp: new Date(), modelId },
      };
    },
  };
}

/**
 * Makes a provider of models by name, for the AI SDK's `createProviderRegistry()`.
 *
 * @param models - Each as for {@link rerankingModel}, or already made by it.
 * @throws {InvalidOptionsError} If a model has no `rank()`.
 *
 * @example
 * const registry = createProviderRegistry({ crossrank: createCrossrank({ nano: await CrossEncoder.fromPretrained() }) });
 * await rerank({ model: registry.rerankingModel("crossrank:nano"), query, documents });
 */
export function createCrossrank(
  models: Readonly<Record<string, Reranker | CrossrankRerankingModel>>,
): CrossrankProvider {
  const known = new Map(
    Object.entries(models).map(([modelId, model]) => [
      modelId,
      "doRerank" in model ? model : rerankingModel(model, { modelId }),
    ]),
  );
  return {
    specificationVersion: "v3",
    rerankingModel: (modelId) => {
      const model = known.get(modelId);
      if (model === undefined) throw new NoSuchModelError({ modelId, modelType: "rerankingModel" });
      return model;
    },
    languageModel: (modelId) => hasNone(modelId, "languageModel"),
    embeddingModel: (modelId) => hasNone(modelId, "embeddingModel"),
    imageModel: (modelId) => hasNone(modelId, "imageModel"),
  };
}

const jsonWarning = {
  type: "compatibility",
  feature: "object documents",
  details: "Documents that are objects are ranked by their JSON. Pass toText to say which text to rank by.",
} as const;

function toJson(document: JsonObject): string {
  return JSON.stringify(document);
}

function hasNone(modelId: string, modelType: "languageModel" | "embeddingModel" | "imageModel"): never {
  throw new NoSuchModelError({ modelId, modelType });
}
