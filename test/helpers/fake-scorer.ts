import type { PairScorer, ScoredPair, ScorerOptions } from "../../src/evaluation/index.js";

/** A model without a model: scores by a function, and remembers its calls. */
export interface FakeScorer extends PairScorer {
  readonly calls: { pairs: readonly ScoredPair[]; options: ScorerOptions | undefined }[];
}

export function fakeScorer(scoreOf: (query: string, document: string) => number): FakeScorer {
  const calls: FakeScorer["calls"] = [];
  return {
    calls,
    predict: async (pairs, options) => {
      calls.push({ pairs, options });
      return Float32Array.from(pairs, ([query, document]) => scoreOf(query, document));
    },
  };
}

/** Gives a document the number that it starts with. */
export const scoreByNumber = () => fakeScorer((_, document) => Number.parseFloat(document));
