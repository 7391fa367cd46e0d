import { buffer } from "node:stream/consumers";
import protobuf from "protobufjs";

/**
 * The part of ONNX that is needed to read a graph back, copied from the specification rather than from `src/onnx`, so
 * that a wrong field number there shows: https://github.com/onnx/onnx/blob/v1.19.0/onnx/onnx.proto
 */
const specification = `
  syntax = "proto2";
  message ModelProto {
    optional int64 ir_version = 1; optional string producer_name = 2; optional GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8; repeated StringStringEntryProto metadata_props = 14;
  }
  message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
  message StringStringEntryProto { optional string key = 1; optional string value = 2; }
  message GraphProto {
    repeated NodeProto node = 1; optional string name = 2; repeated TensorProto initializer = 5;
    repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
  }
  message NodeProto {
    repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4;
    repeated AttributeProto attribute = 5; optional string domain = 7;
  }
  message AttributeProto {
    enum AttributeType { UNDEFINED = 0; FLOAT = 1; INT = 2; STRING = 3; TENSOR = 4; GRAPH = 5; INTS = 7; }
    optional string name = 1; optional float f = 2; optional int64 i = 3; optional bytes s = 4;
    optional GraphProto g = 6; repeated int64 ints = 8; optional AttributeType type = 20;
  }
  message TensorProto {
    enum DataType {
      UNDEFINED = 0; FLOAT = 1; UINT8 = 2; INT8 = 3; INT32 = 6; INT64 = 7; BOOL = 9; FLOAT16 = 10; BFLOAT16 = 16;
    }
    enum DataLocation { DEFAULT = 0; EXTERNAL = 1; }
    repeated int64 dims = 1; optional DataType data_type = 2; optional string name = 8; optional bytes raw_data = 9;
    repeated StringStringEntryProto external_data = 13; optional DataLocation data_location = 14;
  }
  message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
  message TypeProto { optional TensorTypeProto tensor_type = 1; }
  message TensorTypeProto { optional TensorProto.DataType elem_type = 1; optional TensorShapeProto shape = 2; }
  message TensorShapeProto { repeated DimensionProto dim = 1; }
  message DimensionProto { optional int64 dim_value = 1; optional string dim_param = 2; }
`;

const modelType = protobuf.parse(specification).root.lookupType("ModelProto");

export interface DecodedModel {
  irVersion: number;
  producerName: string;
  graph: DecodedGraph;
  opsetImport: { domain?: string; version: number }[];
  metadataProps: { key: string; value: string }[];
}

export interface DecodedGraph {
  name: string;
  node: DecodedNode[];
  initializer: DecodedTensor[];
  input: DecodedValueInfo[];
  output: DecodedValueInfo[];
}

export interface DecodedNode {
  name: string;
  opType: string;
  /** Absent for ONNX's own operators. */
  domain?: string;
  input: string[];
  output: string[];
  attribute: DecodedAttribute[];
}

/** Enum values are their names; which field holds the value follows from `type`. */
export interface DecodedAttribute {
  name: string;
  type: string;
  f?: number;
  i?: number;
  s?: Uint8Array;
  g?: DecodedGraph;
  ints: number[];
}

export interface DecodedTensor {
  name: string;
  dims: number[];
  dataType: string;
  rawData?: Uint8Array;
  externalData: { key: string; value: string }[];
  dataLocation?: string;
}

export interface DecodedValueInfo {
  name: string;
  type?: { tensorType: { elemType: string; shape?: { dim: ({ dimValue: number } | { dimParam: string })[] } } };
}

/** Reads the bytes of a `.onnx` file. Fields that are not in it are absent, lists are empty. */
export function decodeOnnx(bytes: Uint8Array): DecodedModel {
  const options = { longs: Number, enums: String, arrays: true };
  return modelType.toObject(modelType.decode(bytes), options) as unknown as DecodedModel;
}

/** Reads a `.onnx` file that is made piece by piece. */
export async function decodePieces(file: { pieces(): AsyncIterable<Uint8Array> }): Promise<DecodedModel> {
  return decodeOnnx(await buffer(file.pieces()));
}

/** A graph's nodes and those of the branches inside it, in order. */
export function allNodes(graph: DecodedGraph): DecodedNode[] {
  return graph.node.flatMap((node) => [node, ...branchesOf(node).flatMap(allNodes)]);
}

/** The graphs that an `If` chooses from. */
export function branchesOf(node: DecodedNode): DecodedGraph[] {
  return node.attribute.flatMap(({ g }) => g ?? []);
}
