import { AsyncLocalStorage } from "node:async_hooks";
import { ContextualCompressionRetriever } from "@langchain/classic/retrievers/contextual_compression";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { Document } from "@langchain/core/documents";
import { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
import { RunnableLambda } from "@langchain/core/runnables";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { FakeRetriever } from "@langchain/core/utils/testing";
import { CrossEncoder } from "crossrank";
import { CrossrankRerank } from "crossrank/langchain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FakeReranker } from "../../helpers/fake-reranker.js";
import { massQuery, massTexts, massRanking } from "../../helpers/mass-documents.js";

let model: CrossEncoder;
beforeAll(async () => {
  model = await CrossEncoder.fromPretrained();
});
afterAll(() => model.dispose());

const documents = massTexts.map(
  (pageContent, index) => new Document({ pageContent, id: `d${index}`, metadata: { index } }),
);

function retrieverWith(baseCompressor: CrossrankRerank) {
  return new ContextualCompressionRetriever({
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- @langchain/classic has a copy of the class
    baseCompressor,
    baseRetriever: new FakeRetriever({ output: documents }),
  });
}

/** What a tracer hears of runs, in order. */
class Listener extends BaseCallbackHandler {
  readonly name = "listener";
  readonly heard: string[] = [];
  override handleChainStart(
    ...[, , , , , , , runName]: Parameters<NonNullable<BaseCallbackHandler["handleChainStart"]>>
  ) {
    this.heard.push(`start ${runName ?? "?"}`);
  }
  override handleChainEnd() {
    this.heard.push("end");
  }
  override handleChainError(error: Error) {
    this.heard.push(`error ${error.name}`);
  }
}

describe("LangChain's ContextualCompressionRetriever", () => {
  test("gets the model's ranking, with its scores in the metadata", async () => {
    const found = await retrieverWith(new CrossrankRerank({ model })).invoke(massQuery);
    const ranking = await model.rank(massQuery, massTexts, { topK: 3 });
    expect(found).toEqual(
      ranking.map(
        ({ corpusId, score }) =>
          new Document({
            pageContent: massTexts[corpusId] as string,
            id: `d${corpusId}`,
            metadata: { index: corpusId, relevanceScore: score },
          }),
      ),
    );
    expect(found.map(({ metadata }) => metadata["index"] as number)).toEqual(massRanking.slice(0, 3));
    expect(documents[0]?.metadata).toEqual({ index: 0 });
  });

  test("gets topN documents", async () => {
    expect(await retrieverWith(new CrossrankRerank({ model, topN: 1 })).invoke(massQuery)).toHaveLength(1);
  });

  test("tells its callbacks of the reranking", async () => {
    const listener = new Listener();
    await retrieverWith(new CrossrankRerank({ model })).invoke(massQuery, { callbacks: [listener] });
    expect(listener.heard).toEqual(["start CrossrankRerank", "end"]);
  });

  test("tells its callbacks of an error, and rejects with it", async () => {
    const listener = new Listener();
    const disposed = await CrossEncoder.fromPretrained();
    await disposed.dispose();
    const retriever = retrieverWith(new CrossrankRerank({ model: disposed }));
    await expect(retriever.invoke(massQuery, { callbacks: [listener] })).rejects.toMatchObject({ code: "DISPOSED" });
    expect(listener.heard).toEqual(["start CrossrankRerank", "error DisposedError"]);
  });

  test("stops the model when the runnable around it is aborted, where LangChain carries configs along", async () => {
    // As LangGraph does.
    AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());
    const controller = new AbortController();
    const spy = new FakeReranker(() => 1);
    const retriever = retrieverWith(new CrossrankRerank({ model: spy }));
    const chain = RunnableLambda.from((query: string) => retriever.invoke(query));
    await chain.invoke(massQuery, { signal: controller.signal });
    expect(spy.calls[0]?.options.signal?.aborted).toBe(false);
    controller.abort();
    expect(spy.calls[0]?.options.signal?.aborted).toBe(true);
  });
});

describe("CrossrankRerank", () => {
  test("is what LangChain takes for a compressor", () => {
    const compressor = new CrossrankRerank({ model });
    expect(compressor).toBeInstanceOf(BaseDocumentCompressor);
    expect(BaseDocumentCompressor.isBaseDocumentCompressor(compressor)).toBe(true);
  });

  test("reranks texts and documents to places", async () => {
    const compressor = new CrossrankRerank({ model });
    const [first] = await compressor.rerank(massTexts, massQuery, { topN: 1 });
    expect(first).toEqual({ index: massRanking[0], relevanceScore: expect.closeTo(0.954, 3) as number });
    expect(await compressor.rerank(documents, massQuery, { topN: 1 })).toEqual([first]);
  });

  test("hands its rank options on", async () => {
    const spy = new FakeReranker(() => 1);
    await new CrossrankRerank({ model: spy, rankOptions: { prompt: "p: " } }).compressDocuments(documents, "q");
    expect(spy.calls[0]?.options).toMatchObject({ prompt: "p: ", topK: 3 });
  });

  test.each<[string, object]>([
    ["no model", {}],
    ["what is no model", { model: {} }],
    ["a topN of nothing", { model: new FakeReranker(() => 1), topN: 0 }],
    ["an option that there is not", { model: new FakeReranker(() => 1), topK: 3 }],
  ])("refuses %s", (_, options) => {
    expect(() => new CrossrankRerank(options as never)).toThrow("Options of CrossrankRerank() must be valid");
  });
});
