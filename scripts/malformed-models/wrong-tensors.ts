/** `model.safetensors`, sound as a file but for what its header says of a tensor, or with other tensors than called for. */
import { safetensorsBytes } from "../../test/helpers/safetensors-bytes.js";
import {
  damagedFiles,
  edit,
  type MalformedModel,
  type ModelFiles,
  type Refusal,
  type SoundModel,
} from "./malformed-model.js";

/** What a header says of a tensor, or should. */
interface Entry {
  dtype: unknown;
  shape: unknown;
  data_offsets: unknown;
}

type Header = Record<string, Entry>;

/** A safetensors file in parts. */
export interface Weights {
  header: Header;
  data: Buffer;
}

const fileName = "model.safetensors";
const invalid: Refusal = { code: "INVALID_MODEL_FILE", culprit: fileName };

const embeddings = "model.embeddings.tok_embeddings.weight";
const queryKeyValue = "model.layers.1.attn.Wqkv.weight";
const attentionOutput = "model.layers.1.attn.Wo.weight";
const finalNorm = "model.final_norm.weight";

export function* wrongTensors(): Generator<MalformedModel> {
  yield* wrongEntries();
  yield* wrongDtypes();
  yield* wrongShapes();
  yield* wrongOffsets();
  yield* otherTensors();
  yield* otherNumbers();
}

/** Entries that say nothing, or lack a part. */
function* wrongEntries(): Generator<MalformedModel> {
  const entries = { null: null, list: ["F32", [32], [0, 128]], empty: {} };
  for (const [flaw, entry] of Object.entries(entries)) {
    yield reweighted(`entry-${flaw}`, named(finalNorm), ({ header }) => ({
      header: { ...header, [finalNorm]: entry },
    }));
  }
  for (const part of ["dtype", "shape", "data_offsets"] as const) {
    yield withEntry(`without-${part}`, named(finalNorm), finalNorm, () => ({ [part]: undefined }));
    yield withEntry(`${part}-deep`, named(finalNorm), finalNorm, () => ({ [part]: [[[[[[1]]]]]] }));
  }
  const metadata = {
    list: ["pt"],
    "number-in-it": { format: 1 },
  };
  for (const [flaw, value] of Object.entries(metadata)) {
    yield reweighted(`metadata-${flaw}`, invalid, ({ header }) => ({
      header: { ...header, __metadata__: value },
    }));
  }
}

function* wrongDtypes(): Generator<MalformedModel> {
  for (const dtype of ["F33", "", "__proto__"]) {
    yield withEntry(`dtype-${dtype || "blank"}`, named(finalNorm), finalNorm, () => ({ dtype }));
  }
  for (const dtype of ["F16", "F4"]) {
    yield withEntry(`dtype-${dtype}-without-its-bytes`, named(embeddings), embeddings, () => ({ dtype }));
  }
  // The bias is the one number at a place where eight bytes may start.
  const unsupported: readonly (readonly [dtype: string, tensor: string, byteLength: number])[] = [
    ["F64", "classifier.bias", 8],
    ["I64", "classifier.bias", 8],
    ["I32", finalNorm, 128],
    ["F8_E4M3", finalNorm, 32],
  ];
  for (const [dtype, tensor, byteLength] of unsupported) {
    yield reweighted(`dtype-${dtype}`, { code: "UNSUPPORTED_MODEL", culprit: tensor }, (weights) =>
      resized(weights, tensor, { dtype, byteLength }),
    );
  }
}

function* wrongShapes(): Generator<MalformedModel> {
  const malformed = {
    negative: [-420, -32],
    fraction: [420, 32.5],
    text: ["420", 32],
    "beyond-float": [1e200, 1e200, 1e200],
    zero: [0, 32],
    "of-one-number": [],
  };
  for (const [flaw, shape] of Object.entries(malformed)) {
    yield withEntry(`shape-${flaw}`, named(embeddings), embeddings, () => ({ shape }));
  }
  const wellFormed: readonly (readonly [flaw: string, tensor: string, shape: readonly number[]])[] = [
    ["transposed", embeddings, [32, 420]],
    ["flat", attentionOutput, [1024]],
    ["with-an-axis-more", finalNorm, [32, 1]],
    ["of-many-axes", finalNorm, [...Array<number>(1000).fill(1), 32]],
    ["scalar-bias", "classifier.bias", []],
  ];
  for (const [flaw, tensor, shape] of wellFormed) {
    yield withEntry(`shape-${flaw}`, { code: "SHAPE_MISMATCH", culprit: tensor }, tensor, () => ({ shape }));
  }
  yield reweighted("of-no-elements", { code: "SHAPE_MISMATCH", culprit: finalNorm }, (weights) =>
    resized(weights, finalNorm, { shape: [0], byteLength: 0 }),
  );
}

function* wrongOffsets(): Generator<MalformedModel> {
  const changes: Record<string, (begin: number, end: number) => unknown> = {
    swapped: (begin, end) => [end, begin],
    "over-the-first": (begin, end) => [0, end - begin],
    "over-the-end": (begin, end) => [198_000, 198_000 + end - begin],
    "far-beyond": (begin, end) => [1e12, 1e12 + end - begin],
    "beyond-float": () => [0, 1e308],
    negative: (begin, end) => [-begin, -end],
    fraction: (begin, end) => [begin + 0.5, end + 0.5],
    one: (begin) => [begin],
    longer: (begin, end) => [begin, end + 4],
  };
  for (const [flaw, change] of Object.entries(changes)) {
    yield withEntry(`offsets-${flaw}`, invalid, finalNorm, ({ data_offsets: offsets }) => {
      const [begin, end] = offsets as [number, number];
      return { data_offsets: change(begin, end) };
    });
  }
  yield withEntry("offsets-all-same", named(queryKeyValue), queryKeyValue, () => ({ data_offsets: [0, 12_288] }));
  yield reweighted("misaligned", invalid, (weights) =>
    resized(weights, "classifier.bias", { dtype: "U8", byteLength: 1 }),
  );
}

function* otherTensors(): Generator<MalformedModel> {
  for (const tensor of ["classifier.bias", embeddings, queryKeyValue, finalNorm]) {
    yield reweighted(`without-${tensor}`, { code: "TENSOR_NOT_FOUND", culprit: tensor }, (weights) =>
      resized(weights, tensor, undefined),
    );
  }
  const renamings: Record<string, (name: string) => string> = {
    prefixed: (name) => `module.${name}`,
    "layer-off-by-one": (name) => name.replace(/layers\.(\d)/, (_, index) => `layers.${Number(index) + 1}`),
    blank: (name) => (name === finalNorm ? "" : name),
    "line-break": (name) => (name === finalNorm ? "model.\nfinal" : name),
    "lone-surrogate": (name) => (name === finalNorm ? "\ud800" : name),
    megabyte: (name) => (name === finalNorm ? "n".repeat(1e6) : name),
  };
  for (const [flaw, rename] of Object.entries(renamings)) {
    yield reweighted(`renamed-${flaw}`, { code: "TENSOR_NOT_FOUND", culprit: fileName }, ({ header }) => ({
      header: Object.fromEntries(
        Object.entries(header).map(([name, entry]) => [name === "__metadata__" ? name : rename(name), entry]),
      ),
    }));
  }
  yield* unexpectedTensors();
  yield reweighted("swapped-names", { code: "SHAPE_MISMATCH", culprit: attentionOutput }, ({ header }) =>
    swapped(header, attentionOutput, queryKeyValue),
  );
}

function* unexpectedTensors(): Generator<MalformedModel> {
  const extra: Entry = { dtype: "F32", shape: [0], data_offsets: [0, 0] };
  for (const tensor of ["lm_head.weight", "model.layers.0.attn_norm.weight", "constructor"]) {
    yield reweighted(`extra-${tensor}`, { ...invalid, culprit: tensor }, ({ header }) => ({
      header: { ...header, [tensor]: extra },
    }));
  }
  yield reweighted("extra-hundred-thousand", invalid, ({ header }) => ({
    header: {
      ...header,
      ...Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`extra.${index}`, extra])),
    },
  }));
  const withText = (name: string, refusal: Refusal, change: (header: string) => string) =>
    damagedFiles(`tensors-${name}`, refusal, (files) =>
      edit(files, fileName, (bytes) => {
        const { header, data } = parseWeights(bytes);
        return Buffer.concat([safetensorsBytes(change(JSON.stringify(header))), data]);
      }),
    );
  const json = JSON.stringify(extra);
  yield withText("extra-__proto__", { ...invalid, culprit: "__proto__" }, (header) =>
    header.replace("{", `{"__proto__":${json},`),
  );
  yield withText("named-twice", invalid, (header) => header.replace(/\}$/, `,"${finalNorm}":${json}}`));
}

/** What only a run shows. */
function* otherNumbers(): Generator<MalformedModel> {
  const refusal: Refusal = { code: "NON_FINITE_SCORE", culprit: "weights" };
  yield reweighted("nan-everywhere", refusal, ({ data }) => ({ data: Buffer.alloc(data.length, 0xff) }));
  yield reweighted("nan-in-the-classifier", refusal, ({ data }) => ({ data: data.fill(0xff, 0, 4) }));
}

/** A model with other weights; what `change` returns replaces the parts it names. */
export function reweighted(
  name: string,
  refusal: Refusal,
  change: (weights: Weights) => Partial<{ header: object; data: Buffer }>,
  source?: SoundModel,
): MalformedModel {
  const damage = (files: ModelFiles) =>
    edit(files, fileName, (bytes) => {
      const weights = parseWeights(bytes);
      const { header, data } = { ...weights, ...change(weights) };
      return Buffer.concat([safetensorsBytes(header), data]);
    });
  return damagedFiles(`tensors-${name}`, refusal, damage, source);
}

/** A model whose header says something else of one tensor. */
function withEntry(
  name: string,
  refusal: Refusal,
  tensor: string,
  change: (entry: Entry) => Partial<Entry>,
): MalformedModel {
  return reweighted(name, refusal, ({ header }) => {
    const entry = header[tensor] as Entry;
    return { header: { ...header, [tensor]: { ...entry, ...change(entry) } } };
  });
}

function named(culprit: string): Refusal {
  return { ...invalid, culprit };
}

function parseWeights(bytes: Buffer): Weights {
  const dataStart = 8 + Number(bytes.readBigUInt64LE());
  return { header: JSON.parse(bytes.toString("utf8", 8, dataStart)) as Header, data: bytes.subarray(dataStart) };
}

/** Lays the tensors out again with one that is of another size, or left out. */
export function resized(
  { header, data }: Weights,
  tensor: string,
  change: (Partial<Entry> & { byteLength: number }) | undefined,
): Weights {
  const { __metadata__: metadata, ...entries } = header;
  const chunks: Buffer[] = [];
  const laidOut: Header = { __metadata__: metadata as Entry };
  let position = 0;
  for (const [name, entry] of Object.entries(entries)) {
    const [begin, end] = entry.data_offsets as [number, number];
    if (name === tensor && change === undefined) continue;
    const { byteLength = end - begin, ...replaced } = (name === tensor ? change : undefined) ?? {};
    laidOut[name] = { ...entry, ...replaced, data_offsets: [position, position + byteLength] };
    chunks.push(name === tensor ? Buffer.alloc(byteLength) : data.subarray(begin, end));
    position += byteLength;
  }
  return { header: laidOut, data: Buffer.concat(chunks) };
}

function swapped(header: Header, left: string, right: string): Partial<Weights> {
  return { header: { ...header, [left]: header[right] as Entry, [right]: header[left] as Entry } };
}
