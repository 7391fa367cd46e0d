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
  const { id } = root.lookupType(message).get(fieldName) as protobuf.Field;
  const lengthDelimited = 2;
  return protobuf.Writer.create()
    .uint32((id << 3) | lengthDelimited)
    .uint32(byteLength)
    .finish();
}
