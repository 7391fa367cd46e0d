import { GraphBuilder, logitsOutput } from "../onnx/index.js";
import { openSession } from "./session.js";

/** More than a vector register holds, so that the kernel of the matrix products is the one that runs. */
const [rowCount, depth, columnCount] = [4, 64, 32];
const [largestActivation, largestWeight] = [255, 127];

let saturates: Promise<boolean> | undefined;

/**
 * Whether this processor's products of uint8 and int8 saturate.
 *
 * x86 processors with AVX2 but without VNNI add two products in 16 bits (`vpmaddubsw`), and ONNX Runtime's kernel lets
 * them overflow. Rather than trust a list of processors, one product of the largest numbers is looked at, once.
 *
 * @see https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html, "U8S8 … saturation issue"
 */
export function productsSaturate(): Promise<boolean> {
  return (saturates ??= probe());
}

async function probe(): Promise<boolean> {
  const graph = new GraphBuilder("saturation");
  const activations = graph.cast(graph.input("activations", "float32", [rowCount, depth]), "uint8");
  const weights = graph.constant("weights", new Int8Array(depth * columnCount).fill(largestWeight), [
    depth,
    columnCount,
  ]);
  const one = graph.constant("one", Float32Array.of(1), []);
  const product = graph.op("com.microsoft::MatMulIntegerToFloat", [activations, weights, one, one]);
  graph.output(logitsOutput, product, "float32", [rowCount, columnCount]);
  const session = await openSession({ graph: graph.encode(), weightsFolder: "", threads: 1 });
  const data = new Float32Array(rowCount * depth).fill(largestActivation);
  const sums = await session.run({ activations: { type: "float32", data, dims: [rowCount, depth] } });
  return sums.some((sum) => sum !== depth * largestActivation * largestWeight);
}
