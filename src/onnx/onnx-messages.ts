/**
 * The part of the ONNX file format that crossrank writes, as protobuf message descriptors.
 *
 * Field numbers and enum values are those of the ONNX specification:
 * https://github.com/onnx/onnx/blob/v1.19.0/onnx/onnx.proto
 */
import protobuf from "protobufjs/light.js";

/** Element types of the tensors crossrank writes (`TensorProto.DataType`). */
export const elementType = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof elementType;

/** `AttributeProto.AttributeType`. */
export const attributeType = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

/** Value of `TensorProto.data_location` for weights that stay in another file. */
export const externalDataLocation = 1;

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: "repeated" as const });

const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: field(1, "int64"),
        producerName: field(2, "string"),
        graph: field(7, "GraphProto"),
        opsetImport: repeated(8, "OperatorSetIdProto"),
        metadataProps: repeated(14, "StringStringEntryProto"),
      },
    },
    OperatorSetIdProto: { fields: { domain: field(1, "string"), version: field(2, "int64") } },
    StringStringEntryProto: { fields: { key: field(1, "string"), value: field(2, "string") } },
    GraphProto: {
      fields: {
        node: repeated(1, "NodeProto"),
        name: field(2, "string"),
        initializer: repeated(5, "TensorProto"),
        input: repeated(11, "ValueInfoProto"),
        output: repeated(12, "ValueInfoProto"),
      },
    },
    NodeProto: {
      fields: {
        input: repeated(1, "string"),
        output: repeated(2, "string"),
        name: field(3, "string"),
        opType: field(4, "string"),
        attribute: repeated(5, "AttributeProto"),
        domain: field(7, "string"),
      },
    },
    AttributeProto: {
      fields: {
        name: field(1, "string"),
        f: field(2, "float"),
        i: field(3, "int64"),
        s: field(4, "bytes"),
        g: field(6, "GraphProto"),
        ints: repeated(8, "int64"),
        type: field(20, "int32"),
      },
    },
    TensorProto: {
      fields: {
        dims: repeated(1, "int64"),
        dataType: field(2, "int32"),
        name: field(8, "string"),
        rawData: field(9, "bytes"),
        externalData: repeated(13, "StringStringEntryProto"),
        dataLocation: field(14, "int32"),
      },
    },
    ValueInfoProto: { fields: { name: field(1, "string"), type: field(2, "TypeProto") } },
    TypeProto: { fields: { tensorType: field(1, "TensorTypeProto") } },
    TensorTypeProto: { fields: { elemType: field(1, "int32"), shape: field(2, "TensorShapeProto") } },
    TensorShapeProto: { fields: { dim: repeated(1, "DimensionProto") } },
    DimensionProto: { fields: { dimValue: field(1, "int64"), dimParam: field(2, "string") } },
  },
});

/** `ModelProto` as a plain object, keys in camelCase. */
export interface ModelMessage {
  irVersion: number;
  producerName: string;
  graph: GraphMessage;
  opsetImport: { domain: string; version: number }[];
  metadataProps: EntryMessage[];
}

export interface GraphMessage {
  name: string;
  node: NodeMessage[];
  initializer: TensorMessage[];
  input: ValueInfoMessage[];
  output: ValueInfoMessage[];
}

export interface NodeMessage {
  opType: string;
  domain: string;
  name: string;
  input: string[];
  output: string[];
  attribute: AttributeMessage[];
}

export interface AttributeMessage {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  g?: GraphMessage;
  ints?: number[];
}

/** A tensor's elements, made when their turn to be written comes. */
export interface LateData {
  byteLength: number;
  /** The elements, the last axis running fastest; in pieces, so that a tensor need not fit in memory. */
  read: () => AsyncIterable<ArrayBufferView>;
}

export interface TensorMessage {
  name: string;
  dims: readonly number[];
  dataType: number;
  rawData?: Uint8Array;
  /** Instead of `rawData`. No field of the format: `layOutModel` makes one of it. */
  lateData?: LateData;
  externalData?: EntryMessage[];
  dataLocation?: number;
}

export interface ValueInfoMessage {
  name: string;
  /** A branch's output takes its type from the node that makes it. */
  type?: { tensorType: { elemType: number; shape: { dim: DimensionMessage[] } } };
}

export type DimensionMessage = { dimValue: number } | { dimParam: string };

export interface EntryMessage {
  key: string;
  value: string;
}

interface Messages {
  ModelProto: ModelMessage;
  GraphProto: GraphMessage;
  TensorProto: TensorMessage;
}

/** Serializes a message; one of a whole model gives the bytes of a `.onnx` file. */
export function encodeMessage<Name extends keyof Messages>(name: Name, message: Partial<Messages[Name]>): Uint8Array {
  const type = root.lookupType(name);
  return type.encode(type.fromObject(message)).finish();
}

/** What stands in front of the bytes of a message's field: which field it is, and how many bytes follow. */
export function encodeFieldStart(message: keyof Messages, fieldName: string, byteLength: number): Uint8Array {
  const lengthDelimited = 2;
  return protobuf.Writer.create()
    .uint32((fieldId(message, fieldName) << 3) | lengthDelimited)
    .uint32(byteLength)
    .finish();
}

/** A field at its place in a message. */
export interface FieldStart {
  id: number;
  /** Bytes before the field's value: its number, and how long the value is. */
  headLength: number;
  /** Bytes of the value. */
  byteLength: number;
}

/** Most bytes that {@link decodeFieldStart} looks at. */
export const maxFieldStartBytes = 20;

/**
 * Reads the start of a field, without its value.
 *
 * @param bytes - From the field's first byte on, {@link maxFieldStartBytes} or as many as the message has left.
 * @returns `undefined` for bytes that are no field.
 */
export function decodeFieldStart(bytes: Uint8Array): FieldStart | undefined {
  const reader = protobuf.Reader.create(bytes);
  try {
    const tag = reader.uint32();
    const id = tag >>> 3;
    const byteLength = valueLength(reader, tag & 7);
    return byteLength === undefined || id === 0 ? undefined : { id, headLength: reader.pos, byteLength };
  } catch {
    return undefined;
  }
}

/** By the wire types of protobuf that a model's fields have. */
function valueLength(reader: protobuf.Reader, wireType: number): number | undefined {
  switch (wireType) {
    case 0:
      // The value is read with the head: only by reading it its end is found.
      reader.uint64();
      return 0;
    case 1:
      return 8;
    case 2:
      return reader.uint32();
    case 5:
      return 4;
    default:
      return undefined;
  }
}

/** The number of a message's field. */
export function fieldId(message: keyof Messages, fieldName: string): number {
  return (root.lookupType(message).get(fieldName) as protobuf.Field).id;
}

/** @throws If the bytes are no entry. */
export function decodeEntry(bytes: Uint8Array): EntryMessage {
  const { key = "", value = "" } = root.lookupType("StringStringEntryProto").decode(bytes) as Partial<EntryMessage>;
  return { key, value };
}
