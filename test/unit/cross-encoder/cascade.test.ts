import { describe, expect, test } from "vitest";
import { CrossEncoder, type CascadeStage, type Progress } from "../../../src/cross-encoder/index.js";
import { FakeReranker } from "../../helpers/fake-reranker.js";
import { thrownBy } from "../../helpers/thrown-by.js";

/** Texts of two digits: the small model sees the first, the large one the second. */
const documents = ["19", "41", "33", "72", "90", "58"];

function makeCascade(keep = 3) {
  const small = new FakeReranker((document) => Number(document[0]), "small");
  const large = new FakeReranker((document) => Number(document[1]), "large");
  return { small, large, cascade: CrossEncoder.cascade([{ model: small, keep }, { model: large }]) };
}

describe("Cascade.rank", () => {
  test("puts what the last stage scored first, then what was pruned, and says who scored what", async () => {
    const { cascade } = makeCascade();
    expect(await cascade.rank("q", documents)).toEqual([
      { corpusId: 5, score: 8, stage: 1, stageScores: [score(0, 5), score(1, 8)] },
      { corpusId: 3, score: 2, stage: 1, stageScores: [score(0, 7), score(1, 2)] },
      { corpusId: 4, score: 0, stage: 1, stageScores: [score(0, 9), score(1, 0)] },
      { corpusId: 1, score: 4, stage: 0, stageScores: [score(0, 4)] },
      { corpusId: 2, score: 3, stage: 0, stageScores: [score(0, 3)] },
      { corpusId: 0, score: 1, stage: 0, stageScores: [score(0, 1)] },
    ]);
  });

  test("shows the large model only what the small one kept, in the order of the documents", async () => {
    const { small, large, cascade } = makeCascade();
    await cascade.rank("q", documents);
    expect(small.calls.map((call) => call.documents)).toEqual([documents]);
    expect(large.calls.map((call) => call.documents)).toEqual([["72", "90", "58"]]);
  });

  test("skips stages that would prune nothing", async () => {
    const { small, large, cascade } = makeCascade(6);
    const ranking = await cascade.rank("q", documents);
    expect(small.calls).toEqual([]);
    expect(large.calls).toHaveLength(1);
    expect(ranking.map(({ corpusId }) => corpusId)).toEqual([0, 5, 2, 3, 1, 4]);
    expect(ranking[0]?.stageScores).toEqual([score(1, 9)]);
  });

  test("keeps the order of the documents for equal scores of the last stage", async () => {
    const small = new FakeReranker(Number);
    const cascade = CrossEncoder.cascade([{ model: small, keep: 3 }, { model: new FakeReranker(() => 1) }]);
    const ranking = await cascade.rank("q", ["2", "1", "4", "3"]);
    expect(ranking.map(({ corpusId }) => corpusId)).toEqual([0, 2, 3, 1]);
  });

  test("takes more than two stages, and cascades as stages", async () => {
    const { cascade } = makeCascade(4);
    const last = new FakeReranker((document) => -Number(document));
    const ranking = await CrossEncoder.cascade([{ model: cascade, keep: 2 }, { model: last }]).rank("q", documents);
    expect(last.calls[0]?.documents).toEqual(["72", "58"]);
    expect(ranking.map(({ corpusId, stage }) => [corpusId, stage])).toEqual([
      [5, 1],
      [3, 1],
      [1, 0],
      [4, 0],
      [2, 0],
      [0, 0],
    ]);
  });

  test("gives the texts and the best topK, also from among the pruned", async () => {
    const ranking = await makeCascade(1).cascade.rank("q", documents, { topK: 2, returnDocuments: true });
    expect(ranking.map(({ text, stage }) => [text, stage])).toEqual([
      ["90", 1],
      ["72", 0],
    ]);
  });

  test("hands options to every stage, whose own win", async () => {
    const small = new FakeReranker(Number);
    const large = new FakeReranker(Number);
    const stages = [
      { model: small, keep: 1 },
      { model: large, options: { prompt: "large: " } },
    ];
    const { signal } = new AbortController();
    await CrossEncoder.cascade(stages).rank("q", ["1", "2"], { prompt: "all: ", signal, topK: 1 });
    expect(small.calls[0]?.options).toEqual({ prompt: "all: ", signal });
    expect(large.calls[0]?.options).toEqual({ prompt: "large: ", signal });
  });

  test("counts the pairs of all stages as progress", async () => {
    const seen: Progress[] = [];
    await makeCascade(2).cascade.rank("q", documents, { onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ scored }) => scored)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(new Set(seen.map(({ total }) => total))).toEqual(new Set([8]));
  });

  test("ranks no documents", async () => {
    expect(await makeCascade().cascade.rank("q", [])).toEqual([]);
  });

  test("rejects with the signal's reason before the next stage begins", async () => {
    const controller = new AbortController();
    const small = new FakeReranker((document) => {
      controller.abort("enough");
      return Number(document);
    });
    const large = new FakeReranker(Number);
    const cascade = CrossEncoder.cascade([{ model: small, keep: 1 }, { model: large }]);
    await expect(cascade.rank("q", ["1", "2"], { signal: controller.signal })).rejects.toBe("enough");
  });

  test("refuses what no model would take, before any work", async () => {
    const { small, cascade } = makeCascade();
    await expect(cascade.rank("q", [1] as never)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(cascade.rank("q", [], { topk: 1 } as never)).rejects.toMatchObject({ code: "INVALID_OPTIONS" });
    expect(small.calls).toEqual([]);
  });

  test("refuses a model that leaves documents out", async () => {
    const lossy = new FakeReranker(Number, "lossy");
    const model = { modelId: "lossy", rank: async () => (await lossy.rank("q", ["1", "2"])).slice(1) };
    const cascade = CrossEncoder.cascade([{ model, keep: 1 }, { model: lossy }]);
    await expect(cascade.rank("q", ["1", "2"])).rejects.toThrow(
      "stages[0].model (lossy) must rank each of the 2 documents it gets once, but returned 1",
    );
  });
});

describe("CrossEncoder.cascade", () => {
  const model = new FakeReranker(Number);

  test("names its models", () => {
    expect(makeCascade().cascade.modelId).toBe("small > large");
  });

  test.each<[string, unknown, string]>([
    ["no list", undefined, "stages must be a list of at least 2"],
    ["a single stage", [{ model }], "stages must be a list of at least 2"],
    ["a stage without a model", [{ keep: 2 }, { model }], "stages[0].model must be a model with rank()"],
    ["a stage that keeps nothing", [{ model, keep: 0 }, { model }], "stages[0].keep must be a whole number"],
    ["a stage that does not say what it keeps", [{ model }, { model }], "stages[0].keep must be a whole number"],
    [
      "stages that keep no fewer",
      [{ model, keep: 2 }, { model, keep: 2 }, { model }],
      "stages[1].keep must be less than the 2 that the stage before keeps, got 2",
    ],
    [
      "a last stage that prunes",
      [
        { model, keep: 2 },
        { model, keep: 1 },
      ],
      "stages[1].keep must be left out",
    ],
  ])("refuses %s", async (_, stages, message) => {
    const error = await thrownBy(() => CrossEncoder.cascade(stages as CascadeStage[]));
    expect(error).toMatchObject({ code: "INVALID_OPTIONS" });
    expect(error.message).toContain(message);
  });
});

function score(stage: number, value: number) {
  return { stage, score: value };
}
