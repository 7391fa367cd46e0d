import { TensorNotFoundError } from "../errors/index.js";
import type { Checkpoint } from "../safetensors/index.js";

/** The last layer of every sequence classifier of transformers that crossrank builds. */
const classifierName = /^classifier\./;

/**
 * Refuses the checkpoint of an encoder where a classifier is called for.
 *
 * transformers would make the missing layers up of random numbers, with a warning, and score at random.
 *
 * @param weightShapes - All that the checkpoint must hold.
 * @throws {TensorNotFoundError} If it holds nothing of the classifier, but some of the encoder.
 */
export function requireTrainedHead(weightShapes: ReadonlyMap<string, unknown>, { path, tensors }: Checkpoint): void {
  const names = [...weightShapes.keys()];
  const missing = names.filter((name) => !tensors.has(name));
  const classifier = names.filter((name) => classifierName.test(name));
  const isHeadless = classifier.length > 0 && classifier.every((name) => missing.includes(name));
  const hasOther = [...tensors.keys()].some((name) => classifierName.test(name) || /^score\./.test(name));
  if (!isHeadless || hasOther || missing.length === names.length) return;
  throw new TensorNotFoundError(
    `${path} must hold a trained head that scores pairs, but lacks ${missing.join(", ")}. config.json calls the model a ` +
      `sequence classifier, the weights are an encoder's. crossrank never makes weights up: use a fine-tuned reranker.`,
    { path, missing, unexpected: [...tensors.keys()].filter((name) => !weightShapes.has(name)) },
  );
}
