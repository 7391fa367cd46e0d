import { MockLLM } from "@llamaindex/core/llms/mock";
import { RetrieverQueryEngine } from "@llamaindex/core/query-engine";
import { BaseRetriever } from "@llamaindex/core/retriever";
import { getResponseSynthesizer } from "@llamaindex/core/response-synthesizers";
import { MetadataMode, TextNode, type NodeWithScore } from "@llamaindex/core/schema";
import { CrossEncoder } from "crossrank";
import { CrossrankRerank } from "crossrank/llamaindex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FakeReranker } from "../../helpers/fake-reranker.js";
import { massQuery, massTexts, massRanking } from "../../helpers/mass-documents.js";

let model: CrossEncoder;
beforeAll(async () => {
  model = await CrossEncoder.fromPretrained();
});
afterAll(() => model.dispose());

const nodes: NodeWithScore[] = massTexts.map((text, index) => ({
  node: new TextNode({ text, id_: `n${index}` }),
  score: 0.5,
}));

class FixedRetriever extends BaseRetriever {
  // eslint-disable-next-line @typescript-eslint/no-useless-constructor -- the base class' is protected
  constructor() {
    super();
  }

  async _retrieve(): Promise<NodeWithScore[]> {
    return nodes;
  }
}

function engineWith(postprocessor: CrossrankRerank): RetrieverQueryEngine {
  const synthesizer = getResponseSynthesizer("compact", { llm: new MockLLM() });
  return new RetrieverQueryEngine(new FixedRetriever(), synthesizer, [postprocessor]);
}

describe("LlamaIndex's RetrieverQueryEngine", () => {
  test("retrieves what the model ranks best, with the model's scores", async () => {
    const found = await engineWith(new CrossrankRerank({ model })).retrieve(massQuery);
    const ranking = await model.rank(massQuery, massTexts, { topK: 2 });
    expect(found.map(({ node, score }) => [node.id_, score])).toEqual(
      ranking.map(({ corpusId, score }) => [`n${corpusId}`, score]),
    );
    expect(nodes.every(({ score }) => score === 0.5)).toBe(true);
  });

  test("answers from the nodes that were kept", async () => {
    const { sourceNodes } = await engineWith(new CrossrankRerank({ model, topN: 3 })).query({ query: massQuery });
    expect(sourceNodes?.map(({ node }) => node.id_)).toEqual(massRanking.slice(0, 3).map((index) => `n${index}`));
  });

  test("rejects with what the model rejects with", async () => {
    const disposed = await CrossEncoder.fromPretrained();
    await disposed.dispose();
    const engine = engineWith(new CrossrankRerank({ model: disposed }));
    await expect(engine.retrieve(massQuery)).rejects.toMatchObject({ code: "DISPOSED" });
  });
});

describe("CrossrankRerank", () => {
  const spy = () => new FakeReranker((document) => document.length);

  test("scores a node's text with its metadata, as a language model sees it", async () => {
    const reranker = spy();
    const node = new TextNode({ text: "text", metadata: { title: "Title" } });
    await new CrossrankRerank({ model: reranker }).postprocessNodes([{ node }], "q");
    expect(reranker.calls[0]?.documents).toEqual([node.getContent(MetadataMode.ALL)]);
    expect(reranker.calls[0]?.documents[0]).toContain("Title");
  });

  test("takes the texts of a message for the query", async () => {
    const reranker = spy();
    const message = [
      { type: "text" as const, text: "how do you" },
      { type: "text" as const, text: "find mass?" },
    ];
    await new CrossrankRerank({ model: reranker }).postprocessNodes(nodes, message);
    expect(reranker.calls[0]?.query).toBe("how do you\n\nfind mass?");
  });

  test("gives no nodes for none, even without a query", async () => {
    expect(await new CrossrankRerank({ model: spy() }).postprocessNodes([])).toEqual([]);
  });

  test("refuses nodes without a query", async () => {
    const call = new CrossrankRerank({ model: spy() }).postprocessNodes(nodes);
    await expect(call).rejects.toMatchObject({ code: "INVALID_INPUT", details: { argument: "query" } });
  });

  test("refuses what is no model", () => {
    expect(() => new CrossrankRerank({ model: {} as never })).toThrow("expected a model with rank()");
  });
});
