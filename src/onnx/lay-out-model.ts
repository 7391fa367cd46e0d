import {
  encodeFieldStart,
  encodeMessage,
  type LateData,
  type ModelMessage,
  type TensorMessage,
} from "./onnx-messages.js";

/** A `.onnx` file that is yet to be written. */
export interface ModelFile {
  byteLength: number;
  /** The file from its first byte to its last. Late data are read as their turn comes, and not kept. */
  pieces(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** A tensor whose elements come late: what is written of it before them, and they. */
interface LateTensor {
  name: string;
  head: Uint8Array;
  data: LateData;
}

/**
 * Lays out a model's file before its tensors' late data are there.
 *
 * A protobuf message is its fields one after another, in any order, each behind its length. Data are written last in
 * their tensor, late tensors last in the graph, and the graph last in the model, so that all lengths are known in time.
 */
export function layOutModel({ graph, ...model }: ModelMessage): ModelFile {
  const tensors = graph.initializer.flatMap(layOutTensor);
  const early = graph.initializer.filter(({ lateData }) => lateData === undefined);
  const modelHead = encodeMessage("ModelProto", model);
  const graphHead = encodeMessage("GraphProto", { ...graph, initializer: early });
  const graphLength = tensors.reduce((sum, { head, data }) => sum + head.length + data.byteLength, graphHead.length);
  const graphStart = encodeFieldStart("ModelProto", "graph", graphLength);
  return {
    byteLength: modelHead.length + graphStart.length + graphLength,
    pieces: async function* () {
      yield modelHead;
      yield graphStart;
      yield graphHead;
      for (const tensor of tensors) {
        yield tensor.head;
        yield* elementsOf(tensor);
      }
    },
  };
}

function layOutTensor({ lateData, ...tensor }: TensorMessage): LateTensor[] {
  if (lateData === undefined) return [];
  const message = encodeMessage("TensorProto", tensor);
  const dataStart = encodeFieldStart("TensorProto", "rawData", lateData.byteLength);
  const length = message.length + dataStart.length + lateData.byteLength;
  const head = Buffer.concat([encodeFieldStart("GraphProto", "initializer", length), message, dataStart]);
  return [{ name: tensor.name, head, data: lateData }];
}

async function* elementsOf({ name, data }: LateTensor): AsyncGenerator<Uint8Array, void, undefined> {
  let left = data.byteLength;
  for await (const piece of data.read()) {
    yield new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
    left -= piece.byteLength;
  }
  if (left !== 0) throw new TypeError(`Tensor ${name} lacks ${left} of its ${data.byteLength} bytes. This is a bug.`);
}
