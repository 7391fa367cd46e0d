export { compareModels, type ModelAgreement, type RankingSample, type ScorePairs } from "./compare-models.js";
export { kendallTau } from "./kendall-tau.js";
export { ndcg } from "./ndcg.js";
