/**
 * What this machine's matrix product can do: the linear layers of ModernBERT-base on 1024 tokens, and nothing else.
 *
 * Prints GFLOP/s. Usage: npx tsx test/bench/matmul-limit.ts [THREADS]
 */
import { availableParallelism } from "node:os";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { GraphBuilder } from "../../src/onnx/index.js";
import { seededRandom } from "../helpers/seeded-random.js";
import { median } from "./statistics.js";

const tokens = 1024;
/** [out, in] of Wqkv, attention's Wo, Wi, the MLP's Wo. */
const layers = [
  [2304, 768],
  [768, 768],
  [2304, 768],
  [768, 1152],
] as const;
const runs = 15;

const random = seededRandom(3);
const numbers = (length: number) => new Float32Array(length).map(() => random() - 0.5);

const graph = new GraphBuilder("limit");
const feeds: Record<string, Tensor> = {};
for (const [index, [outputs, inputs]] of layers.entries()) {
  const states = graph.input(`states_${index}`, "float32", ["tokens", inputs]);
  feeds[`states_${index}`] = new Tensor("float32", numbers(tokens * inputs), [tokens, inputs]);
  const product = graph.op(
    "Gemm",
    [states, graph.constant(`weights_${index}`, numbers(outputs * inputs), [outputs, inputs])],
    {
      transB: 1n,
    },
  );
  // One row of the result is enough to see it; copying all of it out would be measured too.
  const first = graph.constant(`first_${index}`, BigInt64Array.of(0n), [1]);
  graph.output(`row_${index}`, graph.op("Gather", [product, first]), "float32", [1, outputs]);
}

const threads = Number(process.argv[2] ?? availableParallelism());
const session = await InferenceSession.create(graph.encode(), { intraOpNumThreads: threads });
const operations = layers.reduce((sum, [outputs, inputs]) => sum + 2 * tokens * outputs * inputs, 0);
const rates: number[] = [];
await session.run(feeds);
for (let run = 0; run < runs; run++) {
  const start = performance.now();
  await session.run(feeds);
  rates.push(operations / (performance.now() - start) / 1e6);
}
console.log(JSON.stringify({ gflops: median(rates) }));
