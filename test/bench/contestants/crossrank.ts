/** crossrank as its users call it. */
import { CrossEncoder, type FromPretrainedOptions } from "../../../dist/index.js";
import { timeContestant } from "./time-contestant.js";

await timeContestant(async (modelFolder, { dtype }) => {
  const model = await CrossEncoder.fromPretrained(modelFolder, { dtype } as FromPretrainedOptions);
  return async ({ query, documents }) => {
    const scores = new Array<number>(documents.length);
    for (const { corpusId, score } of await model.rank(query, documents)) scores[corpusId] = score;
    return scores;
  };
});
