import type { MessageContent } from "@llamaindex/core/llms";
import type { BaseNodePostprocessor } from "@llamaindex/core/postprocessor";
import { MetadataMode, type NodeWithScore } from "@llamaindex/core/schema";
import { extractText } from "@llamaindex/core/utils";
import { z } from "zod";
import type { PredictOptions, Reranker } from "../cross-encoder/index.js";
import { InvalidInputError } from "../errors/index.js";
import { parseOptions } from "../options/index.js";
import { count, reranker } from "./adapter-options.js";

/** Options of {@link CrossrankRerank}. */
export interface CrossrankRerankOptions {
  /** Ranks the nodes: a `CrossEncoder`, a `RemoteCrossEncoder`, a cascade. The postprocessor does not dispose of it. */
  model: Reranker;

  /** How many of the best nodes to keep. @default 2, as LlamaIndex's other rerankers */
  topN?: number;

  /** Further options of the model's `rank()`. @default {} */
  rankOptions?: PredictOptions;
}

const schema = z.strictObject({
  model: reranker,
  topN: count.default(2),
  rankOptions: z.custom<PredictOptions>((value) => typeof value === "object").default({}),
});

/**
 * Reranks for LlamaIndex.TS: a node postprocessor for query and chat engines.
 *
 * A node is scored by its text with its metadata, as a language model would see it and LlamaIndex's other rerankers do.
 * Keeps the best `topN` nodes, best first, with the model's scores in place of the retriever's.
 *
 * @example
 * const reranker = new CrossrankRerank({ model: await CrossEncoder.fromPretrained(), topN: 5 });
 * const engine = index.asQueryEngine({ similarityTopK: 50, nodePostprocessors: [reranker] });
 */
export class CrossrankRerank implements BaseNodePostprocessor {
  /** Ranks the nodes. */
  readonly model: Reranker;
  /** How many of the best nodes are kept. */
  readonly topN: number;
  readonly #rankOptions: PredictOptions;

  /** @throws {InvalidOptionsError} If an option is unknown or wrong. */
  constructor(options: CrossrankRerankOptions) {
    const { model, topN, rankOptions } = parseOptions("CrossrankRerank", schema, options);
    this.model = model;
    this.topN = topN;
    this.#rankOptions = rankOptions;
  }

  /**
   * Keeps the nodes that answer the query best.
   *
   * @param query - The question; of a message with several parts, its texts.
   * @returns New objects with the same nodes; `[]` for no nodes.
   * @throws {InvalidInputError} If there are nodes and no query.
   * @throws Also what the model's `rank()` throws.
   */
  async postprocessNodes(nodes: NodeWithScore[], query?: MessageContent): Promise<NodeWithScore[]> {
    if (nodes.length === 0) return [];
    if (query === undefined) {
      throw new InvalidInputError("postprocessNodes() must get the query that the nodes are to answer, got none.", {
        argument: "query",
      });
    }
    const texts = nodes.map(({ node }) => node.getContent(MetadataMode.ALL));
    const ranking = await this.model.rank(extractText(query), texts, { ...this.#rankOptions, topK: this.topN });
    return ranking.map(({ corpusId, score }) => ({ node: (nodes[corpusId] as NodeWithScore).node, score }));
  }
}
