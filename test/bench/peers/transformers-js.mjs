/** transformers.js as its users call it, on a model in the standard layout. */
import { basename, dirname, sep } from "node:path";
import { AutoModelForSequenceClassification, AutoTokenizer, env } from "@huggingface/transformers";
import { inBatches, timeContestant } from "../contestants/time-contestant.ts";

/** Its names of precisions, by ours. */
const dtypes = { fp32: "fp32", int8: "q8" };

await timeContestant(async (modelFolder, { dtype, batchSize }) => {
  env.allowRemoteModels = false;
  env.localModelPath = dirname(modelFolder) + sep;
  const name = basename(modelFolder);
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const model = await AutoModelForSequenceClassification.from_pretrained(name, { dtype: dtypes[dtype] });
  return async ({ query, documents }) => {
    const scores = [];
    for (const batch of inBatches(documents, batchSize)) {
      const queries = new Array(batch.length).fill(query);
      const inputs = tokenizer(queries, { text_pair: batch, padding: true, truncation: true });
      const { logits } = await model(inputs);
      scores.push(...logits.sigmoid().tolist().flat());
    }
    return scores;
  };
});
