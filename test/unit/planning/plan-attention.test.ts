import { describe, expect, test } from "vitest";

import { planDocumentBlocks, planWindowBlocks, type BlockPlan } from "../../../src/planning/plan-attention.js";
import { seededRandom } from "../../helpers/seeded-random.js";

interface Case {
  lengths: readonly number[];
  /** `undefined` for attention to the whole document. */
  radius?: number;
}

/** Lengths on both sides of the places where a plan changes its form; windows of radius 4 have 64 queries, 72 keys. */
const edges: Case[] = [
  { lengths: [1] },
  { lengths: [40] },
  { lengths: [5, 1, 7] },
  { lengths: [1], radius: 4 },
  { lengths: [72], radius: 4 },
  { lengths: [73], radius: 4 },
  { lengths: [128], radius: 4 },
  { lengths: [129], radius: 4 },
  { lengths: [1, 200, 3], radius: 4 },
  { lengths: [3, 100], radius: 0 },
  { lengths: [5, 7], radius: 1000 },
  { lengths: [300, 9], radius: 50 },
];

function randomCases(count: number): Case[] {
  const random = seededRandom(1);
  const integer = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  return Array.from({ length: count }, () => {
    const lengths = Array.from({ length: integer(1, 5) }, () => integer(1, integer(1, 300)));
    return { lengths, radius: integer(0, 70) };
  });
}

const cases = [...edges, ...randomCases(30)].map((planned) => ({
  name: JSON.stringify(planned),
  plan:
    planned.radius === undefined
      ? planDocumentBlocks(planned.lengths)
      : planWindowBlocks(planned.lengths, planned.radius),
  visible: visibleByDefinition(planned),
}));

/** The tokens that each token of the stream sees by the definition. */
function visibleByDefinition({ lengths, radius = Infinity }: Case): number[][] {
  let start = 0;
  return lengths.flatMap((length) => {
    const documentStart = start;
    start += length;
    return Array.from({ length }, (_, position) => {
      const first = Math.max(0, position - radius);
      const last = Math.min(length - 1, position + radius);
      return Array.from({ length: last - first + 1 }, (_, index) => documentStart + first + index);
    });
  });
}

/** The tokens that a query slot sees by the plan, in the order of its keys; one gathered twice stands there twice. */
function visibleByPlan({ bias, keyLength, queryLength, keyTokens }: BlockPlan, slot: number): number[] {
  const block = Math.floor(slot / queryLength);
  const visible: number[] = [];
  for (let key = 0; key < keyLength; key++) {
    const isOpen = bias === undefined || bias[slot * keyLength + key] === 0;
    if (isOpen) visible.push(Number(keyTokens[block * keyLength + key]));
  }
  return visible;
}

describe("every plan", () => {
  test("shows a token the tokens of its document within the radius, each once, and no others", () => {
    for (const { name, plan, visible } of cases) {
      const planned = Array.from(plan.slots, (slot) => visibleByPlan(plan, Number(slot)));
      const wrong = visible.findIndex((tokens, token) => tokens.join() !== planned[token]?.join());
      expect(planned[wrong], `token ${wrong} of ${name}`).toEqual(visible[wrong]);
      expect(planned).toHaveLength(visible.length);
    }
  });

  test("leaves the stream as it is if the queries are gathered and scattered back", () => {
    for (const { name, plan, visible } of cases) {
      const roundTrip = Array.from(plan.slots, (slot) => Number(plan.queryTokens[Number(slot)]));
      expect(roundTrip, name).toEqual([...visible.keys()]);
    }
  });

  test("leaves every query a key to look at, padding too", () => {
    for (const { name, plan } of cases) {
      const blind = [...plan.queryTokens.keys()].filter((slot) => visibleByPlan(plan, slot).length === 0);
      expect(blind, name).toEqual([]);
    }
  });

  test("gathers positions of the stream only, into arrays of the size of their shape", () => {
    for (const { name, plan, visible } of cases) {
      const { blockCount, queryLength, keyLength, queryTokens, keyTokens, bias } = plan;
      expect(queryTokens.length, name).toBe(blockCount * queryLength);
      expect(keyTokens.length, name).toBe(blockCount * keyLength);
      if (bias) expect(bias.length, name).toBe(blockCount * queryLength * keyLength);
      const outside = [...queryTokens, ...keyTokens].filter((token) => token < 0n || token >= visible.length);
      expect(outside, name).toEqual([]);
    }
  });

  test("closes a key so far that it weighs exactly nothing in float32, whatever its score", () => {
    const values = new Set(cases.flatMap(({ plan }) => [...new Set(plan.bias)]));
    const closed = [...values].filter((value) => value !== 0);
    expect(closed).toHaveLength(1);
    for (const bias of closed) {
      expect(Number.isFinite(bias)).toBe(true);
      expect(Math.exp(Math.fround(1e6 + bias))).toBe(0);
    }
  });
});

describe("planDocumentBlocks", () => {
  test("gives one document no bias", () => {
    expect(planDocumentBlocks([8192]).bias).toBeUndefined();
  });

  test("gives several documents one, even of equal lengths", () => {
    expect(planDocumentBlocks([2, 2]).bias).toHaveLength(8);
  });

  test("pads to the longest", () => {
    expect(planDocumentBlocks([2, 3])).toEqual({
      blockCount: 2,
      queryLength: 3,
      keyLength: 3,
      queryTokens: BigInt64Array.of(0n, 1n, 0n, 2n, 3n, 4n),
      keyTokens: BigInt64Array.of(0n, 1n, 0n, 2n, 3n, 4n),
      slots: BigInt64Array.of(0n, 1n, 3n, 4n, 5n),
      bias: Float32Array.of(...[0, 0, -1e9, 0, 0, -1e9, 0, 0, -1e9], ...[0, 0, 0, 0, 0, 0, 0, 0, 0]),
    });
  });

  test("plans nothing for no documents", () => {
    expect(planDocumentBlocks([])).toMatchObject({ blockCount: 0, slots: new BigInt64Array() });
  });
});

describe("planWindowBlocks", () => {
  test.each([
    [0, 64, 64],
    [8, 64, 80],
    [32, 64, 128],
    [64, 128, 256],
  ])(
    "with a radius of %i, cuts long documents into blocks of %i queries and %i keys",
    (radius, queryLength, keyLength) => {
      expect(planWindowBlocks([1000], radius)).toMatchObject({
        blockCount: Math.ceil(1000 / queryLength),
        queryLength,
        keyLength,
      });
    },
  );

  test("keeps documents whole while the longest fits into a block's keys", () => {
    expect(planWindowBlocks([256, 100], 64)).toMatchObject({ blockCount: 2, queryLength: 256, keyLength: 256 });
    expect(planWindowBlocks([257, 100], 64)).toMatchObject({ blockCount: 4, queryLength: 128, keyLength: 256 });
  });
});

test("a document of 8192 tokens takes memory by its length, not by the square", () => {
  const bytes = (length: number) =>
    [planDocumentBlocks([length]), planWindowBlocks([length], 64)]
      .flatMap(({ queryTokens, keyTokens, slots, bias }) => [queryTokens, keyTokens, slots, bias])
      .reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  expect(bytes(8192)).toBeLessThan(10e6);
  expect(bytes(8192)).toBe(2 * bytes(4096));
});
