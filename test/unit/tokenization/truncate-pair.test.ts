import { expect, test } from "vitest";
import { type PairLengths, truncatePair, type TruncatePairOptions } from "../../../src/tokenization/truncate-pair.js";

test.each([
  { query: 20, document: 20, budget: 7, kept: [3, 4] },
  { query: 3, document: 20, budget: 7, kept: [3, 4] },
  { query: 20, document: 2, budget: 7, kept: [5, 2] },
  { query: 9, document: 8, budget: 7, kept: [4, 3] },
  { query: 6, document: 5, budget: 7, kept: [4, 3] },
  { query: 4, document: 4, budget: 7, kept: [3, 4] },
  { query: 4, document: 3, budget: 7, kept: [4, 3] },
  { query: 20, document: 20, budget: 1, kept: [0, 1] },
  { query: 20, document: 20, budget: 0, kept: [0, 0] },
  { query: 0, document: 20, budget: 7, kept: [0, 7] },
  { query: 0, document: 0, budget: 0, kept: [0, 0] },
  { query: 4094, document: 10_000, budget: 8189, kept: [4094, 4095] },
])(
  "keeps $kept of $query and $document tokens in $budget",
  ({ query, document, budget, kept: [queryLength, documentLength] }) => {
    expect(truncatePair({ queryLength: query, documentLength: document, budget })).toEqual({
      queryLength,
      documentLength,
    });
  },
);

test("keeps what taking one token after the other from the longer text would leave", () => {
  for (const lengths of smallLengths(12)) {
    expect(truncatePair(lengths), JSON.stringify(lengths)).toEqual(truncateOneByOne(lengths));
  }
});

function* smallLengths(limit: number): Generator<TruncatePairOptions> {
  for (let queryLength = 0; queryLength <= limit; queryLength += 1) {
    for (let documentLength = 0; documentLength <= limit; documentLength += 1) {
      for (let budget = 0; budget <= 2 * limit; budget += 1) yield { queryLength, documentLength, budget };
    }
  }
}

/** When both are equally long, the text that was not the longer one at the start gives the token. */
function truncateOneByOne({ queryLength, documentLength, budget }: TruncatePairOptions): PairLengths {
  const wasQueryLonger = queryLength > documentLength;
  const kept = { queryLength, documentLength };
  while (kept.queryLength + kept.documentLength > budget) {
    const isTie = kept.queryLength === kept.documentLength;
    const cutsQuery = isTie ? !wasQueryLonger : kept.queryLength > kept.documentLength;
    kept[cutsQuery ? "queryLength" : "documentLength"] -= 1;
  }
  return kept;
}
