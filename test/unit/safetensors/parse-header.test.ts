import { describe, expect, test } from "vitest";

import { InvalidModelFileError } from "../../../src/errors/index.js";
import type { TensorEntry } from "../../../src/safetensors/checkpoint.js";
import { dtypeBits, tensorByteLength } from "../../../src/safetensors/dtype.js";
import { parseHeader, parseHeaderLength } from "../../../src/safetensors/parse-header.js";
import { entry, safetensorsBytes } from "../../helpers/safetensors-bytes.js";
import { seededRandom } from "../../helpers/seeded-random.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const path = "/models/some/model.safetensors";

function parse(bytes: Buffer): TensorEntry[] {
  const file = { path, size: bytes.length };
  const length = parseHeaderLength(bytes.subarray(0, 8), file);
  return parseHeader(bytes.subarray(8, 8 + length), file);
}

function withLength(length: bigint): Buffer {
  const bytes = Buffer.alloc(16, " ");
  bytes.writeBigUInt64LE(length);
  return bytes;
}

const sound = { a: entry("F32", [2, 3], 0, 24), b: entry("F16", [1], 24, 26) };

describe("sound files", () => {
  test("says what each tensor is and where in the file it lies", () => {
    const bytes = safetensorsBytes({ __metadata__: { format: "pt" }, ...sound }, 26);
    const dataStart = bytes.length - 26;
    expect(parse(bytes)).toEqual([
      { name: "a", dtype: "F32", shape: [2, 3], path, byteOffset: dataStart, byteLength: 24 },
      { name: "b", dtype: "F16", shape: [1], path, byteOffset: dataStart + 24, byteLength: 2 },
    ]);
  });

  test.each(Object.entries(dtypeBits))("knows the dtype %s of %i bits", (dtype, bits) => {
    expect(parse(safetensorsBytes({ a: entry(dtype, [8], 0, bits) }, bits))).toHaveLength(1);
  });

  test("takes tensors in any order, and keeps the header's", () => {
    const bytes = safetensorsBytes({ b: entry("F32", [1], 4, 8), a: entry("F32", [1], 0, 4) }, 8);
    expect(parse(bytes).map(({ name }) => name)).toEqual(["b", "a"]);
  });

  test("takes single numbers, and tensors without elements wherever another ends", () => {
    const header = { a: entry("F32", [], 0, 4), none: entry("F32", [0, 7], 4, 4), b: entry("F32", [1], 4, 8) };
    expect(parse(safetensorsBytes(header, 8)).map(({ byteLength }) => byteLength)).toEqual([4, 0, 4]);
  });

  test("takes a file without tensors", () => {
    expect(parse(safetensorsBytes({}))).toEqual([]);
    expect(parse(safetensorsBytes({ __metadata__: null }))).toEqual([]);
  });

  test("ignores fields it does not know", () => {
    expect(parse(safetensorsBytes({ a: { ...entry("U8", [1], 0, 1), note: "x" } }, 1))).toHaveLength(1);
  });

  test("takes __proto__ and constructor for the names they are", () => {
    const header = `{"__metadata__":{"__proto__":"x"},"__proto__":${u8(0)},"constructor":${u8(1)}}`;
    const tensors = parse(safetensorsBytes(header, 2));
    expect(tensors.map(({ name, byteLength }) => [name, byteLength])).toEqual([
      ["__proto__", 1],
      ["constructor", 1],
    ]);
    expect("dtype" in {}).toBe(false);
  });

  test("takes the last of two entries for the same data", () => {
    expect(parse(safetensorsBytes(`{"a":${u8(0)},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}`, 1))).toEqual([
      expect.objectContaining({ name: "a", dtype: "I8" }),
    ]);
  });
});

/** JSON of the entry of one byte at `begin`. */
function u8(begin: number): string {
  return JSON.stringify(entry("U8", [1], begin, begin + 1));
}

interface Malformed {
  bytes: Buffer;
  byteOffset: number;
  tensor?: string;
  says: string;
}

const one = (value: unknown, says: string): Malformed => ({
  bytes: safetensorsBytes({ "model.w": value }, 4),
  byteOffset: JSON.stringify(value).startsWith("{") ? 9 : 8,
  tensor: "model.w",
  says,
});

const header = (json: string | Buffer, says: string): Malformed => ({
  bytes: safetensorsBytes(json),
  byteOffset: 8,
  says,
});

const atData = (
  entries: object | string,
  dataBytes: number,
  at: number,
  tensor: string | undefined,
  says: string,
): Malformed => {
  const bytes = safetensorsBytes(entries, dataBytes);
  return { bytes, byteOffset: bytes.length - dataBytes + at, ...(tensor === undefined ? {} : { tensor }), says };
};

const malformed: Record<string, Malformed> = {
  "no bytes": { bytes: Buffer.alloc(0), byteOffset: 0, says: "the file must be at least 8 bytes, got 0 bytes" },
  "seven bytes": { bytes: Buffer.alloc(7), byteOffset: 0, says: "the file must be at least 8 bytes, got 7 bytes" },
  "a header one byte longer than the file": {
    bytes: withLength(9n),
    byteOffset: 0,
    says: "the header length must be at most the 8 bytes that follow it, got 9 bytes",
  },
  "the longest header there can be": {
    bytes: withLength(2n ** 64n - 1n),
    byteOffset: 0,
    says: "at most 100000000 bytes, got 18446744073709551615 bytes",
  },
  "a header one byte over the cap": {
    bytes: withLength(100_000_001n),
    byteOffset: 0,
    says: "at most 100000000 bytes, got 100000001 bytes",
  },
  "a header at the cap in a small file": {
    bytes: withLength(100_000_000n),
    byteOffset: 0,
    says: "at most the 8 bytes that follow it, got 100000000 bytes",
  },
  "a Git LFS pointer": {
    bytes: Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
    byteOffset: 0,
    says: "not in the safetensors format",
  },

  "an empty header": header("", "the header must be JSON in UTF-8"),
  "a header that is not JSON": header("hello!", "the header must be JSON in UTF-8"),
  "a header cut in the middle": header(JSON.stringify(sound).slice(0, -9), "the header must be JSON in UTF-8"),
  "a header with a comma too many": header('{"a":1,}', "the header must be JSON in UTF-8"),
  "a header padded with zeros": header("{}\0\0\0\0\0\0", "the header must be JSON in UTF-8"),
  "text after the header": header("{} {}", "the header must be JSON in UTF-8"),
  "a header that is not UTF-8": header(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), "the header must be JSON in UTF-8"),
  "a byte order mark": header("\uFEFF{}", "the header must be JSON in UTF-8"),
  "an array": header("[]", "the header must be a JSON object, got []"),
  null: header("null", "the header must be a JSON object, got null"),
  "a number": header("42", "the header must be a JSON object, got 42"),
  "a string": header('"a"', 'the header must be a JSON object, got "a"'),

  "metadata that are an array": header('{"__metadata__":[]}', "__metadata__ must be an object of strings, got []"),
  "metadata that are text": header('{"__metadata__":"pt"}', '__metadata__ must be an object of strings, got "pt"'),
  "metadata with a number": header('{"__metadata__":{"n":1}}', "__metadata__.n must be a string, got 1"),
  "metadata with an object": header('{"__metadata__":{"n":{}}}', "__metadata__.n must be a string, got {}"),

  "an entry that is null": one(null, "the entry of tensor"),
  "an entry that is a number": one(7, "must be an object with dtype, shape and data_offsets, got 7"),
  "an entry that is an array": one([], "must be an object with dtype, shape and data_offsets, got []"),
  "no dtype": one({ shape: [1], data_offsets: [0, 4] }, 'dtype of tensor "model.w" must be a string, got undefined'),
  "a dtype that is a number": one(entry(32, [1], 0, 4), "must be a string, got 32"),
  "an unknown dtype": one(entry("F33", [1], 0, 4), "must be one of F64,"),
  "a dtype in lower case": one(entry("f32", [1], 0, 4), 'got "f32"'),
  "__proto__ as dtype": one(entry("__proto__", [1], 0, 4), 'got "__proto__"'),
  "constructor as dtype": one(entry("constructor", [1], 0, 4), 'got "constructor"'),
  "no shape": one({ dtype: "F32", data_offsets: [0, 4] }, "shape of tensor"),
  "a shape that is a number": one(entry("F32", 1, 0, 4), "must be an array of integers, got 1"),
  "a shape that is an object": one(entry("F32", { length: 0 }, 0, 4), "must be an array of integers"),
  "a negative size": one(entry("F32", [1, -1], 0, 4), 'shape[1] of tensor "model.w" must be a non-negative integer'),
  "a fraction as size": one(entry("F32", [0.5], 0, 4), "got 0.5"),
  "a string as size": one(entry("F32", ["1"], 0, 4), 'got "1"'),
  "null as size": one(entry("F32", [null], 0, 4), "got null"),
  "a size of 2^53": one(entry("F32", [2 ** 53], 0, 4), "got 9007199254740992"),
  "sizes whose product overflows": one(entry("F32", [2 ** 30, 2 ** 30], 0, 4), "a whole number of bytes below 2^53"),
  "sizes whose product is infinite": one(entry("F32", Array(99).fill(2 ** 50), 0, 4), "got Infinity bytes"),
  "sizes whose product is not a number": one(entry("F32", [...(Array(99).fill(2 ** 50) as number[]), 0], 0, 4), "NaN"),
  "a size whose bytes overflow": one(entry("F64", [2 ** 51], 0, 4), "a whole number of bytes below 2^53"),
  "half a byte": one(entry("F4", [3], 0, 2), "got 1.5 bytes for F4 [3]"),
  "no offsets": one({ dtype: "F32", shape: [1] }, "data_offsets of tensor"),
  "one offset": one(entry("F32", [1], 0), "must be an array of two integers, got [ 0 ]"),
  "three offsets": one(entry("F32", [1], 0, 4, 8), "must be an array of two integers, got [ 0, 4, 8 ]"),
  "offsets that are an object": one(
    { dtype: "F32", shape: [1], data_offsets: { 0: 0, 1: 4 } },
    "array of two integers",
  ),
  "a negative offset": one(entry("F32", [1], -4, 0), "data_offsets[0] of tensor"),
  "a fraction as offset": one(entry("F32", [1], 0, 4.5), "data_offsets[1] of tensor"),
  "an offset of 2^53": one(entry("F32", [1], 0, 2 ** 53), "data_offsets[1] of tensor"),
  "an end before its begin": one(entry("F32", [1], 4, 0), "got -4 (data_offsets [4, 0])"),
  "fewer bytes than the shape takes": one(entry("F32", [2], 0, 4), "must be 8 bytes for F32 [2], got 4"),
  "more bytes than the shape takes": one(entry("F16", [1], 0, 4), "must be 2 bytes for F16 [1], got 4"),
  "bytes without elements": one(entry("F32", [0], 0, 4), "must be 0 bytes for F32 [0], got 4"),
  "a number too large for JSON": {
    bytes: safetensorsBytes('{"w":{"dtype":"F32","shape":[1e400],"data_offsets":[0,4]}}', 4),
    byteOffset: 9,
    tensor: "w",
    says: "got Infinity",
  },
  "an entry that is not spaced as the reference does": {
    bytes: safetensorsBytes(JSON.stringify({ w: entry("F33", [1], 0, 4) }, null, 2), 4),
    byteOffset: 8,
    tensor: "w",
    says: "the dtype",
  },

  "a tensor past the end": atData({ a: entry("F32", [2], 0, 8) }, 4, 0, "a", "the end of tensor"),
  "data cut by one byte": atData(sound, 25, 24, "b", "where the file ends"),
  "a terabyte in a small file": atData({ a: entry("U8", [2 ** 40], 0, 2 ** 40) }, 4, 0, "a", "got byte 10995116278"),
  "a byte too many": atData(sound, 27, 26, undefined, 'where tensor "b" ends'),
  "data without tensors": atData({}, 1, 0, undefined, "where the header ends"),
  "a hole at the start": atData({ a: entry("F32", [1], 4, 8) }, 8, 4, "a", "a hole"),
  "a hole between tensors": atData({ a: entry("U8", [1], 0, 1), b: entry("U8", [1], 2, 3) }, 3, 2, "b", "a hole"),
  "an overlap": atData({ a: entry("F32", [2], 0, 8), b: entry("F32", [2], 4, 12) }, 12, 4, "b", "an overlap"),
  "two tensors in one place": atData(
    { a: entry("F32", [1], 0, 4), b: entry("F32", [1], 0, 4) },
    4,
    0,
    "b",
    "an overlap",
  ),
  "no elements in the middle of a tensor": atData(
    { a: entry("F32", [1], 0, 4), none: entry("F32", [0], 2, 2) },
    4,
    2,
    "none",
    "an overlap",
  ),
  "floats behind a byte": atData(
    { a: entry("U8", [1], 0, 1), b: entry("F32", [1], 1, 5) },
    5,
    1,
    "b",
    "a multiple of 4 bytes for F32",
  ),
  "floats behind a header that is not padded": atData(
    `${JSON.stringify({ w: entry("F32", [1], 0, 4) })} `,
    4,
    0,
    "w",
    "Save the model again with the safetensors library.",
  ),
  "a name with two entries that have data of their own": atData(`{"a":${u8(0)},"a":${u8(1)}}`, 2, 1, "a", "a hole"),
  "a malformed __proto__": {
    bytes: safetensorsBytes('{"__proto__":{"dtype":"F33","shape":[],"data_offsets":[0,4]}}', 4),
    byteOffset: 9,
    tensor: "__proto__",
    says: 'got "F33"',
  },
};

describe("malformed files", () => {
  test.each(Object.entries(malformed))("refuses %s", async (_, { bytes, byteOffset, tensor, says }) => {
    const error = await thrownBy(() => parse(bytes));
    expect(error).toBeInstanceOf(InvalidModelFileError);
    expect(error.code).toBe("INVALID_MODEL_FILE");
    expect(error.message).toContain(`${path}, byte ${byteOffset}: `);
    expect(error.message).toContain(says);
    if (tensor !== undefined) expect(error.message).toContain(`of tensor "${tensor}" must be`);
    const { expected, actual, ...where } = structuredClone(error.details);
    expect(where).toEqual(tensor === undefined ? { path, byteOffset } : { path, byteOffset, tensor });
    expect(error.message).toContain(`must be ${String(expected)}, got ${String(actual)}. `);
  });

  test("gives the whole message for a typical one", () => {
    const bytes = safetensorsBytes({ "layer.bias": entry("F32", [3], 0, 8) }, 8);
    expect(() => parse(bytes)).toThrow(
      `${path}, byte 9: the size of tensor "layer.bias" must be 12 bytes for F32 [3], got 8 (data_offsets [0, 8]). Save the model again with the safetensors library.`,
    );
  });

  test("survives an entry nested a hundred thousand deep", async () => {
    const deep = "[".repeat(1e5) + "]".repeat(1e5);
    const error = await thrownBy(() => parse(safetensorsBytes(`{"a":${deep},"b":{"dtype":"U8","shape":${deep}}}`)));
    expect(error.message).toContain('the entry of tensor "a"');
    expect(error.message.length).toBeLessThan(1000);
  });

  test("cuts names and values of absurd length in its message", async () => {
    const long = "x".repeat(1e6);
    for (const value of [long, entry(long, [1], 0, 4), entry("F32", Array(1e5).fill(1), 0, 8)]) {
      expect((await thrownBy(() => parse(safetensorsBytes({ [long]: value })))).message.length).toBeLessThan(1000);
    }
  });

  test("keeps the parser's error as the cause", async () => {
    expect((await thrownBy(() => parse(safetensorsBytes("{")))).cause).toBeInstanceOf(SyntaxError);
  });
});

describe("damaged files", () => {
  const random = seededRandom(20_240_607);
  const below = (limit: number) => Math.floor(random() * limit);
  const original = safetensorsBytes(
    {
      __metadata__: { format: "pt" },
      "embeddings.weight": entry("F32", [3, 2], 0, 24),
      "layers.0.bias": entry("BF16", [4], 24, 32),
      mask: entry("BOOL", [2], 32, 34),
    },
    34,
  );

  /** Damage of each kind that disks, downloads and attackers do. */
  const mutations: ((bytes: Buffer) => Buffer)[] = [
    (bytes) => {
      const position = below(bytes.length);
      bytes.writeUInt8(bytes.readUInt8(position) ^ (1 << below(8)), position);
      return bytes;
    },
    (bytes) => bytes.subarray(0, below(bytes.length)),
    (bytes) => {
      const from = below(bytes.length);
      return Buffer.concat([bytes.subarray(0, below(bytes.length)), bytes.subarray(from, from + below(16))]);
    },
    (bytes) => {
      const at = below(bytes.length);
      const from = below(bytes.length);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + below(8)), bytes.subarray(at)]);
    },
    (bytes) => {
      const digits = [...bytes.keys()].filter((index) => /[0-9]/.test(String.fromCharCode(bytes.readUInt8(index))));
      bytes.write(String(below(10)), digits[below(digits.length)] ?? 0);
      return bytes;
    },
  ];

  test("are refused, or come out as sound as any, 2000 times", () => {
    let refused = 0;
    for (let round = 0; round < 2000; round++) {
      let bytes = Buffer.from(original);
      for (let count = 1 + below(3); count > 0 && bytes.length > 0; count--) {
        bytes = (mutations[below(mutations.length)] as (bytes: Buffer) => Buffer)(bytes) as typeof bytes;
      }
      try {
        expectSound(parse(bytes), bytes.length);
      } catch (error) {
        if (!(error instanceof InvalidModelFileError)) throw new Error(bytes.toString("hex"), { cause: error });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(2000);
  });
});

function expectSound(tensors: readonly TensorEntry[], size: number): void {
  let end = size - tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);
  for (const { dtype, shape, byteOffset, byteLength } of [...tensors].sort(byPosition)) {
    expect(byteOffset).toBe(end);
    expect(byteOffset % Math.ceil(dtypeBits[dtype] / 8)).toBe(0);
    expect(byteLength).toBe(tensorByteLength(dtype, shape));
    expect(shape.every((length) => Number.isSafeInteger(length) && length >= 0)).toBe(true);
    end += byteLength;
  }
  expect(end).toBe(size);
}

function byPosition(left: TensorEntry, right: TensorEntry): number {
  return left.byteOffset - right.byteOffset || left.byteLength - right.byteLength;
}
