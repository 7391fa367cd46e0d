/** crossrank as its users call it. */
import { CrossEncoder, type FromPretrainedOptions } from "../../../dist/index.js";
import { timeContestant } from "./time-contestant.js";

await timeContestant(async (modelFolder, { dtype }) => {
  // A model may have another activation; the other contestants know this one, and scores are compared.
  const options = { dtype, activationFn: "sigmoid" } as FromPretrainedOptions;
  const model = await CrossEncoder.fromPretrained(modelFolder, options);
  return async ({ query, documents }) => {
    const scores = new Array<number>(documents.length);
    for (const { corpusId, score } of await model.rank(query, documents)) scores[corpusId] = score;
    return scores;
  };
});
