export { averagePrecision } from "./average-precision.js";
export { bestAccuracy, bestF1, type BestAccuracy, type BestF1 } from "./best-threshold.js";
export { chooseThreshold, type ChosenThreshold, type ThresholdGoal } from "./choose-threshold.js";
export { averageRanks, pearson, spearman } from "./correlation.js";
export { f1Scores, type F1Scores } from "./f1-scores.js";
export { kendallTau } from "./kendall-tau.js";
export { ndcg } from "./ndcg.js";
export { precisionAt, recallAt } from "./recall-and-precision.js";
export { reciprocalRank } from "./reciprocal-rank.js";
