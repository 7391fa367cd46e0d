import { InvalidOptionsError } from "../errors/index.js";
import type { PredictOptions, Progress, RankOptions } from "./options.js";
import type { RankedDocument } from "./rank-scores.js";
import type { Reranker } from "./reranker.js";
import { resolveRankOptions } from "./resolve-options.js";
import { validateRankInput } from "./validate-inputs.js";

/** A model of a cascade, and how many documents it lets through. */
export interface CascadeStage {
  /** Ranks what the stage before let through. The cascade does not dispose of it. */
  model: Reranker;

  /**
   * How many of the best documents go on to the next stage, >= 1 and fewer than the stage before keeps. For every stage
   * but the last.
   */
  keep?: number;

  /** Options of this stage's `rank()`, over those of the call: models may want other prompts or activations. */
  options?: Omit<RankOptions, "topK" | "returnDocuments" | "onProgress" | "signal">;
}

/** What one stage gave a document. */
export interface StageScore {
  /** Index of the stage in the cascade. */
  stage: number;
  score: number;
}

/** A document's place in a cascade's ranking. */
export interface CascadeRankedDocument extends RankedDocument {
  /** The last stage that scored it, whose `score` it has. Scores of different stages are not comparable. */
  stage: number;
  /** What every stage that saw it gave it, in the order of the stages. */
  stageScores: readonly StageScore[];
}

/**
 * Ranks in stages: a small model scores all documents, and only those it likes best are scored by a larger one.
 *
 * The ranking has the last stage's documents first, by its scores, then those that the stage before it pruned, by its
 * scores, and so on: a document that got further is above one that did not. A stage that would prune nothing, because
 * there are no more documents than it keeps, is skipped.
 *
 * Holds nothing of its own: the models are the caller's to dispose of. Made by {@link CrossEncoder.cascade}.
 *
 * @example
 * const cascade = CrossEncoder.cascade([{ model: small, keep: 20 }, { model: large }]);
 * const [best] = await cascade.rank("query", documents, { topK: 10 });
 * console.log(best.stage); //=> 1
 */
export class Cascade implements Reranker {
  /** The models' names, in the order of the stages: `"small > large"`. */
  readonly modelId: string;
  readonly #stages: readonly CascadeStage[];

  /** @throws {InvalidOptionsError} See {@link CrossEncoder.cascade}. */
  constructor(stages: readonly CascadeStage[]) {
    requireStages(stages);
    this.#stages = stages.map((stage) => Object.freeze({ ...stage }));
    this.modelId = stages.map(({ model }) => model.modelId).join(" > ");
  }

  /**
   * Ranks documents by how well they answer a query.
   *
   * Options go to every stage. Progress counts the pairs of all stages, as many as there can be at most.
   *
   * @returns Best first, with the stage that scored each. `topK` may be more than the last stage sees.
   * @throws What the stages' `rank()` throws; the first stage that fails ends the call.
   * @throws {InvalidOptionsError} If an option is wrong, or a stage's model leaves documents out.
   */
  async rank(query: string, documents: readonly string[], options: RankOptions = {}): Promise<CascadeRankedDocument[]> {
    resolveRankOptions(options);
    const { topK, returnDocuments, ...shared } = options;
    validateRankInput(query, documents);
    // The caller may change its list while the call is running.
    const texts = [...documents];
    const run = this.#planRun(texts.length, shared);
    const ranked: CascadeRankedDocument[] = [];
    let candidates: CascadeRankedDocument[] = texts.map((_, corpusId) => ({
      corpusId,
      score: 0,
      stage: -1,
      stageScores: [],
    }));
    for (const { stage, keep, rankOptions } of run) {
      const scored = await this.#rankStage(stage, { query, texts, candidates, rankOptions });
      ranked.unshift(...scored.splice(keep));
      // Equal scores of the next stage are to keep the order of the documents, not of this one's scores.
      candidates = scored.sort((a, b) => a.corpusId - b.corpusId);
      if (stage === this.#stages.length - 1) ranked.unshift(...scored.sort(byScore));
    }
    const texted = returnDocuments ? ranked.map((row) => ({ ...row, text: texts[row.corpusId] as string })) : ranked;
    return texted.slice(0, topK);
  }

  /** The stages that have something to do, each with its options. */
  #planRun(documentCount: number, { onProgress, ...shared }: PredictOptions): StageRun[] {
    const stages = this.#stages
      .map(({ keep = Infinity, options: own }, stage) => ({ stage, keep, own }))
      .filter(({ stage, keep }) => stage === this.#stages.length - 1 || keep < documentCount);
    const counts = stages.map((_, position) => Math.min(documentCount, stages[position - 1]?.keep ?? documentCount));
    const total = counts.reduce((sum, count) => sum + count, 0);
    return stages.map(({ stage, keep, own }, position) => {
      const before = counts.slice(0, position).reduce((sum, count) => sum + count, 0);
      const onStageProgress = onProgress && {
        onProgress: ({ scored }: Progress) => onProgress({ scored: before + scored, total }),
      };
      return { stage, keep, rankOptions: { ...shared, ...own, ...onStageProgress } };
    });
  }

  async #rankStage(
    stage: number,
    { query, texts, candidates, rankOptions }: StageInput,
  ): Promise<CascadeRankedDocument[]> {
    const { model } = this.#stages[stage] as CascadeStage;
    const documents = candidates.map(({ corpusId }) => texts[corpusId] as string);
    const ranking = await model.rank(query, documents, rankOptions);
    requireAll(ranking, { stage, modelId: model.modelId, expected: candidates.length });
    return ranking.map((row) => {
      const { corpusId, stageScores } = candidates[row.corpusId] as CascadeRankedDocument;
      const { score, passage } = row;
      return {
        corpusId,
        score,
        ...(passage === undefined ? {} : { passage }),
        stage,
        stageScores: [...stageScores, { stage, score }],
      };
    });
  }
}

interface StageRun {
  stage: number;
  keep: number;
  rankOptions: PredictOptions;
}

interface StageInput {
  query: string;
  texts: readonly string[];
  candidates: readonly CascadeRankedDocument[];
  rankOptions: PredictOptions;
}

function byScore(a: RankedDocument, b: RankedDocument): number {
  return b.score - a.score || a.corpusId - b.corpusId;
}

/** @param stages - What a caller without types may have given, too. */
function requireStages(stages: readonly CascadeStage[]): void {
  const issues = Array.isArray(stages) && stages.length >= 2 ? stages.flatMap(stageIssues) : [tooFewStages];
  if (issues.length === 0) return;
  const list = issues.map(({ path, message }) => `${path} ${message}`).join("; ");
  throw new InvalidOptionsError(`A cascade must have valid stages: ${list}.`, { issues });
}

interface Issue {
  path: string;
  message: string;
}

const tooFewStages: Issue = { path: "stages", message: "must be a list of at least 2" };

function stageIssues(
  { model, keep }: { model?: Partial<Reranker>; keep?: unknown },
  index: number,
  stages: readonly CascadeStage[],
): Issue[] {
  const issues: Issue[] = [];
  if (typeof model?.rank !== "function") {
    issues.push({ path: `stages[${index}].model`, message: "must be a model with rank(), such as a CrossEncoder" });
  }
  const message = keepIssue(keep, stages[index - 1]?.keep, index === stages.length - 1);
  if (message !== undefined) issues.push({ path: `stages[${index}].keep`, message });
  return issues;
}

function keepIssue(keep: unknown, keptBefore: number | undefined, isLast: boolean): string | undefined {
  if (isLast) return keep === undefined ? undefined : "must be left out of the last stage, which prunes nothing";
  if (typeof keep !== "number" || !Number.isInteger(keep) || keep < 1) {
    return `must be a whole number of documents, at least 1, got ${String(keep)}`;
  }
  if (keptBefore === undefined || keep < keptBefore) return undefined;
  return `must be less than the ${keptBefore} that the stage before keeps, got ${keep}`;
}

function requireAll(
  ranking: readonly RankedDocument[],
  { stage, modelId, expected }: { stage: number; modelId: string; expected: number },
): void {
  const places = new Set(ranking.map(({ corpusId }) => corpusId));
  const isComplete = ranking.length === expected && places.size === expected;
  if (isComplete && [...places].every((place) => place >= 0 && place < expected)) return;
  throw new InvalidOptionsError(
    `stages[${stage}].model (${modelId}) must rank each of the ${expected} documents it gets once, but returned ` +
      `${ranking.length} with ${places.size} different places.`,
    { stage, expected, actual: ranking.length },
  );
}
