/** `model.safetensors`, broken as a file: cut, garbled, or with a header that is none. */
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { safetensorsBytes } from "../../test/helpers/safetensors-bytes.js";
import { seededRandom } from "../../test/helpers/seeded-random.js";
import { brokenJson, telling } from "./damaged-json.js";
import { damagedFiles, damagedFolder, edit, type MalformedModel, type Refusal } from "./malformed-model.js";

const fileName = "model.safetensors";
const refusal: Refusal = { code: "INVALID_MODEL_FILE", culprit: fileName };

const prefixBytes = 8;

export function* brokenWeights(): Generator<MalformedModel> {
  yield* truncated();
  yield* lengthened();
  yield* wrongHeaderLength();
  yield* flippedBits();
  yield* brokenHeader();
}

function broken(flaw: string, change: (bytes: Buffer, headerEnd: number) => Buffer): MalformedModel {
  return damagedFiles(`weights-${flaw}`, refusal, (files) =>
    edit(files, fileName, (bytes) => change(bytes, prefixBytes + Number(bytes.readBigUInt64LE()))),
  );
}

function* truncated(): Generator<MalformedModel> {
  for (const size of [0, 1, 7, 8, 100]) yield broken(`cut-to-${size}`, (bytes) => bytes.subarray(0, size));
  for (const offset of [-1, 0, 1, 58_244]) {
    yield broken(`cut-at-data${offset < 0 ? "" : "+"}${offset}`, (bytes, end) => bytes.subarray(0, end + offset));
  }
  for (const lost of [1, 4096]) yield broken(`lost-last-${lost}`, (bytes) => bytes.subarray(0, -lost));
  yield broken("lost-first-byte", (bytes) => bytes.subarray(1));
  yield broken("lost-header", (bytes, end) => bytes.subarray(end));
}

function* lengthened(): Generator<MalformedModel> {
  yield broken("four-bytes-more", (bytes) => Buffer.concat([bytes, Buffer.alloc(4)]));
  yield broken("twice", (bytes) => Buffer.concat([bytes, bytes]));
  yield damagedFolder("weights-terabyte", refusal, (folder) => truncate(join(folder, fileName), 1e12));
}

function* wrongHeaderLength(): Generator<MalformedModel> {
  const lengths: Record<string, (sound: bigint, rest: bigint) => bigint> = {
    "0": () => 0n,
    "one-less": (sound) => sound - 1n,
    "one-more": (sound) => sound + 1n,
    "whole-file": (_, rest) => rest,
    "just-beyond": (_, rest) => rest + 1n,
    "just-above-limit": () => 100_000_001n,
    "2^32": (sound) => 2n ** 32n + sound,
    "2^63": () => 2n ** 63n,
    "all-ones": () => 2n ** 64n - 1n,
  };
  for (const [flaw, change] of Object.entries(lengths)) {
    yield broken(`header-length-${flaw}`, (bytes) => {
      bytes.writeBigUInt64LE(change(bytes.readBigUInt64LE(), BigInt(bytes.length - prefixBytes)));
      return bytes;
    });
  }
  yield broken("header-length-big-endian", (bytes) => Buffer.from(bytes).fill(bytes.subarray(0, 8).reverse(), 0, 8));
}

/** One bit of the header each, but for those of the metadata, which says nothing that is used. */
function* flippedBits(): Generator<MalformedModel> {
  const random = seededRandom(2);
  const flipCount = 12;
  const firstEntry = prefixBytes + '{"__metadata__":{"format":"pt"},'.length;
  for (let index = 0; index < flipCount; index++) {
    const [place, bit] = [random(), Math.floor(random() * 8)];
    const model = broken(`flipped-bit-${index}`, (bytes, headerEnd) => {
      const position = firstEntry + Math.floor(place * (headerEnd - firstEntry));
      bytes.writeUInt8(bytes.readUInt8(position) ^ (1 << bit), position);
      return bytes;
    });
    // A renamed tensor is one that is missing.
    yield { ...model, code: undefined };
  }
}

function* brokenHeader(): Generator<MalformedModel> {
  const flaws = [...telling, "nul-bytes", "deep-member", "deep-objects"];
  for (const [flaw, spoil] of brokenJson.filter(([flaw]) => flaws.includes(flaw))) {
    yield broken(`header-${flaw}`, (bytes, headerEnd) => {
      const header = Buffer.from(spoil(bytes.subarray(prefixBytes, headerEnd)));
      return Buffer.concat([safetensorsBytes(header), bytes.subarray(headerEnd)]);
    });
  }
  yield damagedFolder("weights-header-100-megabytes-of-nul", refusal, async (folder) => {
    const headerBytes = 100_000_000;
    const path = join(folder, fileName);
    const prefix = Buffer.alloc(prefixBytes);
    prefix.writeBigUInt64LE(BigInt(headerBytes));
    await writeFile(path, prefix);
    await truncate(path, prefixBytes + headerBytes);
  });
}
