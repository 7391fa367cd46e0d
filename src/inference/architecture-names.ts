/**
 * Class names, as `architectures` of `config.json` holds them, of the models whose graphs crossrank builds.
 *
 * Apart from `architectures.ts`, which brings all that building takes: the caller's thread only needs the names.
 */
export const architectureNames = ["ModernBertForSequenceClassification"] as const;

export type ArchitectureName = (typeof architectureNames)[number];

/** Whether crossrank builds the graph of a model, and so runs its checkpoint. */
export function isBuildable(architecture: string): boolean {
  return (architectureNames as readonly string[]).includes(architecture);
}
