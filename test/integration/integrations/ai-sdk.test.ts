import * as currentSdk from "ai";
import * as previousSdk from "ai-6";
import { CrossEncoder } from "crossrank";
import { createCrossrank, rerankingModel, type JsonObject } from "crossrank/ai-sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FakeReranker } from "../../helpers/fake-reranker.js";
import { massQuery, massTexts, massRanking } from "../../helpers/mass-documents.js";

let encoder: CrossEncoder;
beforeAll(async () => {
  encoder = await CrossEncoder.fromPretrained();
});
afterAll(() => encoder.dispose());

const objects = massTexts.map((text, index) => ({ index, text }));

describe.each([
  ["7, the current one", currentSdk],
  ["6, the previous one", previousSdk],
] as [string, typeof currentSdk][])("rerank() of AI SDK %s", (_, { rerank, createProviderRegistry }) => {
  test("ranks texts with the model's scores", async () => {
    const { ranking, rerankedDocuments, response } = await rerank({
      model: rerankingModel(encoder),
      documents: massTexts,
      query: massQuery,
      topN: 3,
    });
    const expected = await encoder.rank(massQuery, massTexts, { topK: 3 });
    expect(ranking.map(({ originalIndex, score }) => ({ corpusId: originalIndex, score }))).toEqual(expected);
    expect(rerankedDocuments[0]).toBe(massTexts[massRanking[0] as number]);
    expect(response.modelId).toBe("nano");
  });

  test("ranks all without topN", async () => {
    const { ranking } = await rerank({ model: rerankingModel(encoder), documents: massTexts, query: massQuery });
    expect(ranking.map(({ originalIndex }) => originalIndex)).toEqual(massRanking);
  });

  test("ranks objects by the text that toText gives", async () => {
    const model = rerankingModel(encoder, { toText: ({ text }: JsonObject) => String(text) });
    const { rerankedDocuments } = await rerank({ model, documents: objects, query: massQuery });
    expect(rerankedDocuments.map(({ index }) => index)).toEqual(massRanking);
  });

  test("ranks more documents than a model sees at once", async () => {
    const documents = Array.from({ length: 200 }, (_, index) => massTexts[index % massTexts.length] as string);
    const { ranking } = await rerank({ model: rerankingModel(encoder), documents, query: massQuery, topN: 60 });
    expect(ranking).toHaveLength(60);
    expect(ranking.slice(0, 40).every(({ document }) => document === massTexts[1])).toBe(true);
  });

  test("stops with the signal's reason in the middle of a call", async () => {
    const controller = new AbortController();
    const documents = Array.from({ length: 2000 }, () => massTexts[1] as string);
    const model = rerankingModel(encoder, { rankOptions: { onProgress: () => controller.abort(new Error("enough")) } });
    const call = rerank({ model, documents, query: massQuery, abortSignal: controller.signal });
    await expect(call).rejects.toThrow("enough");
  });

  test("hands provider options on to the model, which checks them", async () => {
    const spy = new FakeReranker(() => 1);
    const call = { documents: ["a"], query: "q" };
    await rerank({ ...call, model: rerankingModel(spy), providerOptions: { crossrank: { prompt: "p: " } } });
    expect(spy.calls[0]?.options).toMatchObject({ prompt: "p: " });
    const wrong = rerank({ ...call, model: rerankingModel(encoder), providerOptions: { crossrank: { promt: "p: " } } });
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
  });

  test("finds the model in a registry", async () => {
    const registry = createProviderRegistry({ crossrank: createCrossrank({ nano: encoder }) });
    const model = registry.rerankingModel("crossrank:nano");
    const { ranking } = await rerank({ model, documents: massTexts, query: massQuery, topN: 1 });
    expect(ranking[0]?.originalIndex).toBe(massRanking[0]);
  });
});

test("its types fit both versions of the SDK", () => {
  const model = rerankingModel(encoder);
  const provider = createCrossrank({ model, encoder });
  const uses = () => [
    currentSdk.rerank({ model, documents: [""], query: "" }),
    previousSdk.rerank({ model, documents: [""], query: "" }),
    currentSdk.createProviderRegistry({ provider }),
    previousSdk.createProviderRegistry({ provider }),
    currentSdk.customProvider({ rerankingModels: { model } }),
    previousSdk.customProvider({ rerankingModels: { model } }),
  ];
  expect(uses).toBeTypeOf("function");
});

describe("rerankingModel", () => {
  test("warns of objects that are ranked by their JSON", async () => {
    const spy = new FakeReranker(() => 1);
    const call = { query: "q", documents: { type: "object" as const, values: objects.slice(0, 1) } };
    const { warnings } = await rerankingModel(spy).doRerank(call);
    expect(warnings).toMatchObject([{ type: "compatibility", feature: "object documents" }]);
    expect(spy.calls[0]?.documents).toEqual([JSON.stringify(objects[0])]);
    expect((await rerankingModel(spy, { toText: () => "" }).doRerank(call)).warnings).toEqual([]);
  });

  test("refuses what is no model", () => {
    expect(() => rerankingModel({} as never)).toThrow("expected a model with rank()");
  });
});

describe("createCrossrank", () => {
  test("has no models but those it was given", () => {
    const provider = createCrossrank({ nano: encoder });
    for (const kind of ["rerankingModel", "languageModel", "embeddingModel", "imageModel"] as const) {
      expect(() => provider[kind]("other")).toThrow(currentSdk.NoSuchModelError);
    }
    expect(provider.rerankingModel("nano").modelId).toBe("nano");
  });
});
