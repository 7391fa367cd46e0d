import { CrossEncoder, type TokenCounts } from "crossrank";
import { expect, test } from "vitest";

const documents = Array.from({ length: 60 }, (_, index) => "word ".repeat(1 + 7 * (index % 30)));

test.each([1, 3])(
  "with %d workers a call tells once what tokenizing found, in the order of the pairs",
  async (workers) => {
    await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", { workers, maxLength: 64 });
    const told: TokenCounts[] = [];
    await model.rank("query", documents, { onTokenized: (counts) => told.push(counts) });
    const tokenized = await model.tokenize(documents.map((document) => ["query", document]));
    expect(told).toHaveLength(1);
    expect([...(told[0]?.tokens ?? [])]).toEqual(tokenized.map(({ inputIds }) => inputIds.length));
    expect([...(told[0]?.truncated ?? [])]).toEqual(
      tokenized.map(({ truncatedTokens }) => Number(truncatedTokens > 0)),
    );
  },
);

test("a split document has the tokens of all its passages, and is not cut", async () => {
  await using model = await CrossEncoder.fromPretrained("test/fixtures/tiny-reranker", { maxLength: 64 });
  const told: TokenCounts[] = [];
  await model.rank("query", ["word ".repeat(300)], {
    longDocuments: "maxPassage",
    onTokenized: (counts) => told.push(counts),
  });
  expect(told[0]?.tokens[0]).toBeGreaterThan(300);
  expect(told[0]?.truncated[0]).toBe(0);
});
