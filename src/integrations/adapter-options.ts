import { z } from "zod";
import type { Reranker } from "../cross-encoder/index.js";

/** Schema of the option that every adapter has: a model with `rank()`. */
export const reranker = z.custom<Reranker>(
  (value) => typeof (value as Partial<Reranker> | null | undefined)?.rank === "function",
  "expected a model with rank(), such as a CrossEncoder",
);

/** Schema of how many documents to return. */
export const count = z.int().positive();
