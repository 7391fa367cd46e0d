// Ranks with one client, as its users do, and prints what it makes of the answer: node run-client.mjs CLIENT URL
const [, , name, url] = process.argv;
const query = "how do you find mass?";
const documents = ["High Mass is sung.", "Divide the weight by gravity.", "Bread is baked."];
const model = "nano";

const clients = {
  "cohere-ai": async () => {
    const { CohereClientV2 } = await import("cohere-ai");
    const cohere = new CohereClientV2({ token: "secret", environment: url });
    const { results } = await cohere.rerank({ model, query, documents, topN: 2 });
    return results.map(({ index, relevanceScore }) => ({ index, score: relevanceScore }));
  },
  voyageai: async () => {
    const { VoyageAIClient } = await import("voyageai");
    const voyage = new VoyageAIClient({ apiKey: "secret", environment: `${url}/voyage/v1` });
    const { data } = await voyage.rerank({ model, query, documents, topK: 2 });
    return data.map(({ index, relevanceScore }) => ({ index, score: relevanceScore }));
  },
  "@ai-sdk/cohere": async () => {
    const { createCohere } = await import("@ai-sdk/cohere");
    return rerankWithAi(createCohere({ baseURL: `${url}/v2`, apiKey: "secret" }));
  },
  "voyage-ai-provider": async () => {
    const { createVoyage } = await import("voyage-ai-provider");
    return rerankWithAi(createVoyage({ baseURL: `${url}/voyage/v1`, apiKey: "secret" }));
  },
};

async function rerankWithAi(provider) {
  const { rerank } = await import("ai");
  const reranking = provider.rerankingModel?.(model) ?? provider.reranking(model);
  const { ranking } = await rerank({ model: reranking, query, documents, topN: 2, maxRetries: 0 });
  return ranking.map(({ originalIndex, score }) => ({ index: originalIndex, score }));
}

console.log(JSON.stringify(await clients[name]()));
