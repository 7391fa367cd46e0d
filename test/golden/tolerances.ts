/**
 * How far our numbers may be from the reference's, largest absolute difference; in brackets what was observed on x86-64.
 *
 * The reference computed on torch in fp32; two of its own runs (batch of 32, batch of 1) differ by up to 8.6e-7.
 */
export const tolerances = {
  /** fp32 logits of the tiny random models, whose logits lie within ±3. [2.1e-6; 2.8e-6 in the standard layout; 2.7e-6 from ONNX files] */
  logits: 1e-5,
  /** fp32 scores of the same, after sigmoid or softmax. [5e-7] */
  scores: 5e-6,
  /** fp32 logits of the embedded model from its fp32 weights, within ±7. [5.2e-6] */
  embeddedLogits: 2e-5,
  /** fp32 logits of a tiny random model whose linear layers multiply in half precision. [1.6e-3] */
  halfLogits: 1e-2,
  /** The same from the half-precision weights that are shipped: the weights differ, by up to 2^-11 of themselves. [3.7e-3] */
  embeddedHalfLogits: 1e-2,
  /** fp32 logits of tiny random models of BERT's kind, within ±3, against a naive forward in float64. [1.4e-6] */
  naiveLogits: 1e-5,
  /** Scores of a tiny random model whose weights were rounded to half precision. [7.8e-4] */
  halfWeightScores: 2e-3,
  /** A pair alone against the same pair among others. [1.5e-6] */
  batchInvariance: 1e-5,
  /** int8 logits of the embedded model against its fp32 ones, on a few pairs. [4.9e-2] */
  embeddedInt8Logits: 0.1,
  /** The same of a tiny random model, whose logits lie within ±0.3. [1.7e-2] */
  tinyInt8Logits: 4e-2,
  /** The same of tiny-bert, whose logits lie within ±1.4. [5.3e-2] */
  tinyBertInt8Logits: 0.1,
  /** The same of the chain of modules, whose logits lie within ±1.1. [2.8e-2] */
  chainInt8Logits: 6e-2,
  /** Pooled states of the chain of modules and what a head makes of them. [2.1e-6] */
  chainStates: 2e-5,
  /** int8: a pair alone against the same pair among others. A last bit can make a state round to the next step. [1.2e-7] */
  int8BatchInvariance: 1e-3,
  /** int8 logits of the tiny random models in the standard layout, one scale a matrix; they lie within ±2. [0.12] */
  standardInt8Logits: 0.3,
  /** fp32 logits of the tiny random models on WebGPU, in software. [3.5e-4] */
  webGpuLogits: 1e-3,
  /** Least rank correlation of int8 logits in the standard layout, on 12 pairs of random models. [0.993] */
  int8RankCorrelation: 0.9,
  /** Metrics of the same scores, float64 there and here. [2.3e-16] */
  metrics: 1e-9,
} as const;
