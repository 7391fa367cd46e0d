/**
 * How far our numbers may be from the reference's, largest absolute difference; in brackets what was observed on x86-64.
 *
 * The reference computed on torch in fp32; two of its own runs (batch of 32, batch of 1) differ by up to 8.6e-7.
 */
export const tolerances = {
  /** fp32 logits of the tiny random models, whose logits lie within ±3. [2.1e-6; 2.8e-6 in the standard layout] */
  logits: 1e-5,
  /** fp32 scores of the same, after sigmoid or softmax. [5e-7] */
  scores: 5e-6,
  /** fp32 logits of the embedded model from its fp32 weights, within ±7. [5.2e-6] */
  embeddedLogits: 2e-5,
  /** The same from the half-precision weights that are shipped: the weights differ, by up to 2^-11 of themselves. [3.7e-3] */
  embeddedHalfLogits: 1e-2,
  /** A pair alone against the same pair among others. [1.5e-6] */
  batchInvariance: 1e-5,
  /** Least rank correlation of int8 logits in the standard layout, on 12 pairs of random models. [0.993] */
  int8RankCorrelation: 0.9,
} as const;
