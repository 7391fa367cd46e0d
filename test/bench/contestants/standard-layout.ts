/**
 * A converted model on onnxruntime-node, without transformers.js: crossrank's tokenizer, padded batches in the order of
 * the documents. What is between this one and crossrank is the token stream; between it and transformers.js, the rest.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { PairTokenizer } from "../../../src/tokenization/index.js";
import { scorePadded } from "../../helpers/score-padded.js";
import { inBatches, timeContestant } from "./time-contestant.js";

const fileNames = new Map([
  ["fp32", "model.onnx"],
  ["int8", "model_quantized.onnx"],
]);

await timeContestant(async (modelFolder, { dtype, batchSize }) => {
  const readJson = async (name: string) => JSON.parse(await readFile(join(modelFolder, name), "utf8")) as unknown;
  const tokenizer = PairTokenizer.fromJson(await readJson("tokenizer.json"), await readJson("tokenizer_config.json"));
  const session = await InferenceSession.create(join(modelFolder, "onnx", fileNames.get(dtype) ?? ""));
  const takesTypes = session.inputNames.includes("token_type_ids");
  return async ({ query, documents }) => {
    const scores: number[] = [];
    for (const batch of inBatches(documents, batchSize)) {
      const pairs = batch.map((document) => tokenizer.tokenize([query, document], tokenizer.modelMaxLength));
      const inputIds = pairs.map((pair) => pair.inputIds);
      const tokenTypeIds = pairs.map((pair) => pair.tokenTypeIds ?? new Int32Array(pair.inputIds.length));
      const logits = await scorePadded(session, inputIds, takesTypes ? { tokenTypeIds } : {});
      scores.push(...logits.flat().map((logit) => 1 / (1 + Math.exp(-logit))));
    }
    return scores;
  };
});
