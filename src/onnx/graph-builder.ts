import {
  attributeType,
  elementType,
  encodeMessage,
  externalDataLocation,
  type AttributeMessage,
  type ElementType,
  type GraphMessage,
  type ModelMessage,
  type LateData,
  type TensorMessage,
  type ValueInfoMessage,
} from "./onnx-messages.js";
import { layOutModel, type ModelFile } from "./lay-out-model.js";

/** A tensor inside a graph, by its name. */
export type Value = string & { readonly __value: unique symbol };

/** A dimension: a number, or the name of a length known only at run time. */
export type Dimension = number | string;

/** `bigint` becomes ONNX's INT, a list of them INTS, `number` FLOAT, `string` STRING, a builder GRAPH. */
export type Attribute = bigint | readonly bigint[] | number | string | GraphBuilder;

/** Where a weight lies, and in which precision. */
export interface WeightLocation {
  /** Name of a file in the weights' folder. */
  fileName: string;
  /** From the start of the file. */
  byteOffset: number;
  type: WeightType;
}

export type WeightType = "float32" | "float16" | "bfloat16" | "int8";

const bytesPerElement = { float32: 4, float16: 2, bfloat16: 2, int8: 1 };

/** Some of a weight's rows, `start` to before `end` of its outermost axis. */
export interface RowRange {
  start: number;
  end: number;
}

/** Which operators a graph may use. */
export interface OperatorSets {
  /** The version of the file format that goes with them (table in the ONNX repository's docs/Versioning.md). */
  irVersion: number;
  /** Versions by domain; ONNX's own is "". */
  versions: Readonly<Record<string, number>>;
}

/** What crossrank runs: the newest of ONNX's that it needs, and ONNX Runtime's own. */
const ownOperators: OperatorSets = { irVersion: 11, versions: { "": 23, "com.microsoft": 1 } };

/** The elements of a constant; the array's type is the tensor's. */
export type ConstantData = Float32Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;

/**
 * Builds an ONNX graph node by node, in the order of the data flow.
 *
 * Nodes carry the name of the scope they are added in, so that the runtime's errors and profiles speak the model's words.
 */
export class GraphBuilder {
  readonly #message: GraphMessage;
  readonly #operatorSets: OperatorSets;
  #scope: string;

  /** @param operatorSets - Which operators it may use; by default those that crossrank runs its own graphs with. */
  constructor(name: string, operatorSets: OperatorSets = ownOperators) {
    this.#message = { name, node: [], initializer: [], input: [], output: [] };
    this.#operatorSets = operatorSets;
    this.#scope = "";
  }

  /** Runs `build`; whatever it adds is named `name.…`. */
  scope<Result>(name: string, build: () => Result): Result {
    const outer = this.#scope;
    this.#scope = this.#qualified(name);
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** Declares an input of the graph. */
  input(name: string, type: ElementType, dimensions: readonly Dimension[]): Value {
    this.#message.input.push(valueInfo(name, type, dimensions));
    return name as Value;
  }

  /** Declares `value` an output of the graph, under `name`. */
  output(name: string, value: Value, type: ElementType, dimensions: readonly Dimension[]): void {
    this.#message.node.push({ opType: "Identity", domain: "", name, input: [value], output: [name], attribute: [] });
    this.#message.output.push(valueInfo(name, type, dimensions));
  }

  /**
   * Declares a weight whose bytes stay where they lie, or some of its rows.
   *
   * @param name - The weight's name in the checkpoint, whatever the scope.
   * @param shape - Of the whole weight, outermost axis first.
   */
  weight(name: string, shape: readonly number[], location: WeightLocation, rows?: RowRange): Value {
    const [rowCount = 1, ...rowShape] = shape;
    const { start, end } = rows ?? { start: 0, end: rowCount };
    const rowBytes = rowShape.reduce((product, size) => product * size, bytesPerElement[location.type]);
    const value = rows === undefined ? name : `${name}[${start}:${end}]`;
    this.#message.initializer.push({
      name: value,
      dims: [end - start, ...rowShape],
      dataType: elementType[location.type],
      dataLocation: externalDataLocation,
      externalData: [
        { key: "location", value: location.fileName },
        { key: "offset", value: String(location.byteOffset + start * rowBytes) },
        { key: "length", value: String((end - start) * rowBytes) },
      ],
    });
    return value as Value;
  }

  /**
   * Declares a weight whose bytes become part of the graph's own file when it is written: see {@link GraphBuilder.layOut}.
   *
   * @param name - The weight's name in the file, whatever the scope.
   * @param read - Gives as many elements as the shape says, the last axis running fastest, in pieces.
   */
  embeddedWeight(name: string, type: "float32" | "int8", shape: readonly number[], read: LateData["read"]): Value {
    const byteLength = shape.reduce((product, size) => product * size, bytesPerElement[type]);
    this.#message.initializer.push({
      name,
      dims: shape,
      dataType: elementType[type],
      lateData: { byteLength, read },
    });
    return name as Value;
  }

  /** Converts to another element type. */
  cast(value: Value, type: ElementType): Value {
    return this.op("Cast", [value], { to: BigInt(elementType[type]) });
  }

  /** Converts to float32. Of a weight, ONNX Runtime does it once, when it loads the graph. */
  castToFloat32(value: Value): Value {
    return this.cast(value, "float32");
  }

  /** Adds a constant whose bytes become part of the graph's own file. */
  constant(name: string, data: ConstantData, shape: readonly number[]): Value {
    const tensor: TensorMessage = {
      name: this.#qualified(name),
      dims: shape,
      dataType: elementType[elementTypeOf(data)],
      rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
    this.#message.initializer.push(tensor);
    return tensor.name as Value;
  }

  /**
   * Adds an operator with one output.
   *
   * @param opType - ONNX operator, or `domain::operator`.
   * @param inputs - In the operator's order; `undefined` for an optional input that is left out.
   */
  op(opType: string, inputs: readonly (Value | undefined)[], attributes: Record<string, Attribute> = {}): Value {
    const [domain, type] = opType.includes("::") ? (opType.split("::") as [string, string]) : ["", opType];
    const name = this.#qualified(`${type}_${this.#message.node.length}`);
    this.#message.node.push({
      opType: type,
      domain,
      name,
      input: inputNames(inputs),
      output: [name],
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return name as Value;
  }

  /** Adds an operator of ONNX's own with several outputs; they are named after it and `outputs`. */
  opWithOutputs<Name extends string>(
    opType: string,
    inputs: readonly Value[],
    outputs: readonly Name[],
  ): Record<Name, Value> {
    const name = this.#qualified(`${opType}_${this.#message.node.length}`);
    const values = outputs.map((output) => `${name}.${output}`);
    this.#message.node.push({ opType, domain: "", name, input: [...inputs], output: values, attribute: [] });
    return Object.fromEntries(outputs.map((output, index) => [output, values[index]])) as Record<Name, Value>;
  }

  /** Gives `value` another shape; one dimension may be -1 and then follows from the others. */
  reshape(value: Value, shape: readonly number[]): Value {
    const dimensions = this.constant(`shape_${this.#message.node.length}`, BigInt64Array.from(shape, BigInt), [
      shape.length,
    ]);
    return this.op("Reshape", [value, dimensions]);
  }

  /** Runs one of two branches, decided at run time. A branch may use every value of this graph. */
  choose(
    condition: Value,
    whenTrue: (branch: GraphBuilder) => Value,
    whenFalse: (branch: GraphBuilder) => Value,
  ): Value {
    return this.op("If", [condition], {
      then_branch: this.#branch("then", whenTrue),
      else_branch: this.#branch("else", whenFalse),
    });
  }

  /** @returns The bytes of a `.onnx` file; `metadata` becomes its `metadata_props`. Not for graphs with embedded weights. */
  encode(metadata: Readonly<Record<string, string>> = {}): Uint8Array {
    return encodeMessage("ModelProto", this.#model(metadata));
  }

  /** @returns A `.onnx` file, to be written piece by piece: its embedded weights need not fit in memory. */
  layOut(metadata: Readonly<Record<string, string>> = {}): ModelFile {
    return layOutModel(this.#model(metadata));
  }

  /** @internal The graph as a message, for the `If` that it is a branch of. */
  get message(): GraphMessage {
    return this.#message;
  }

  #model(metadata: Readonly<Record<string, string>>): ModelMessage {
    const { irVersion, versions } = this.#operatorSets;
    return {
      irVersion,
      producerName: "crossrank",
      graph: this.#message,
      opsetImport: Object.entries(versions).map(([domain, version]) => ({ domain, version })),
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    };
  }

  #branch(name: string, build: (branch: GraphBuilder) => Value): GraphBuilder {
    const branch = new GraphBuilder(this.#qualified(`${name}_${this.#message.node.length}`));
    branch.#scope = branch.#message.name;
    const result = build(branch);
    branch.#message.output.push({ name: result });
    return branch;
  }

  #qualified(name: string): string {
    return this.#scope === "" ? name : `${this.#scope}.${name}`;
  }
}

/**
 * Absent inputs are empty names; absent ones at the end are left out, since ONNX Runtime 1.30 crashes on a
 * LayerNormalization with an empty third name (its SkipLayerNorm fusion takes the name for a tensor).
 */
function inputNames(inputs: readonly (Value | undefined)[]): string[] {
  const count = inputs.findLastIndex((input) => input !== undefined) + 1;
  return inputs.slice(0, count).map((input) => input ?? "");
}

function elementTypeOf(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof BigInt64Array) return "int64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof Int8Array ? "int8" : "uint8";
}

function attribute(name: string, value: Attribute): AttributeMessage {
  if (typeof value === "bigint") return { name, type: attributeType.int, i: Number(value) };
  if (typeof value === "number") return { name, type: attributeType.float, f: value };
  if (typeof value === "string") return { name, type: attributeType.string, s: new TextEncoder().encode(value) };
  if (value instanceof GraphBuilder) return { name, type: attributeType.graph, g: value.message };
  return { name, type: attributeType.ints, ints: value.map(Number) };
}

function valueInfo(name: string, type: ElementType, dimensions: readonly Dimension[]): ValueInfoMessage {
  const dim = dimensions.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: elementType[type], shape: { dim } } } };
}
