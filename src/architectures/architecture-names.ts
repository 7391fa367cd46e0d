/**
 * Class names, as `architectures` of `config.json` holds them, of the models whose graphs crossrank builds.
 *
 * Apart from the folders that build them: the caller's thread only needs the names.
 */
export const classifierNames = [
  "ModernBertForSequenceClassification",
  "BertForSequenceClassification",
  "RobertaForSequenceClassification",
  "XLMRobertaForSequenceClassification",
  "DistilBertForSequenceClassification",
  "ElectraForSequenceClassification",
] as const;

/** Those of encoders, whose head is a chain of modules. */
export const encoderNames = ["ModernBertModel"] as const;

export type ClassifierName = (typeof classifierNames)[number];
export type EncoderName = (typeof encoderNames)[number];

/**
 * Whether crossrank builds the graph of a model, and so runs its checkpoint.
 *
 * @param options.hasChain - Whether a chain of modules makes the scores.
 */
export function isBuildable(architecture: string, { hasChain }: { hasChain: boolean }): boolean {
  const names: readonly string[] = hasChain ? encoderNames : classifierNames;
  return names.includes(architecture);
}
