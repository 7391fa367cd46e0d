/**
 * Heads made of modules against their definitions, computed naively in float64: pooling, activations, residuals, norms,
 * in crossrank's own layout and in the standard one.
 */
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CrossEncoder } from "crossrank";
import { InferenceSession } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { convertToStandardLayout } from "../../src/conversion/index.js";
import { addTokenStream, GraphBuilder, poolDocuments } from "../../src/onnx/index.js";
import { planStream } from "../../src/planning/index.js";
import { openSession } from "../../src/inference/session.js";
import golden from "../fixtures/tiny-modular/golden.json" with { type: "json" };
import { tolerances } from "../golden/tolerances.js";
import { assertClose } from "../helpers/assert-close.js";
import { scorePadded } from "../helpers/score-padded.js";
import { seededRandom } from "../helpers/seeded-random.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";
import { thrownBy } from "../helpers/thrown-by.js";
import { writeChain, type ChainModule } from "../helpers/write-chain.js";

const folder = useTemporaryFolder();
/** The long ones add nothing here. */
const pairs = (golden.pairs as [string, string][]).slice(0, 5);
const ids = golden.input_ids.slice(0, 5);
const hiddenSize = 32;
const identity = "torch.nn.modules.linear.Identity";
const toScores = { module_output_name: "scores" };

type Vector = number[];

/** Rows of logits of a chain, as crossrank computes them and as a padded batch in the standard layout does. */
async function scoreBothWays(name: string, pooling: object, modules: readonly ChainModule[]) {
  const model = join(folder(), name);
  await writeChain(model, pooling, modules);
  await using encoder = await CrossEncoder.fromPretrained(model, { activationFn: "identity" });
  const scores: Iterable<number | Float32Array> = await encoder.predict<number | Float32Array>(pairs);
  const stream = Array.from(scores, (row): Vector => (typeof row === "number" ? [row] : [...row]));
  const outputFolder = join(folder(), `${name}-onnx`);
  const { path } = await convertToStandardLayout(model, { outputFolder, dtype: "fp32" });
  const standard = await scorePadded(await InferenceSession.create(path), ids);
  return { stream, standard };
}

/** A layer with random weights, and what it is in float64. */
function randomDense(seed: number, inputs: number, outputs: number, config: object = {}) {
  const random = seededRandom(seed);
  const tensor = (...shape: number[]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { shape, data: new Float32Array(length).map(() => random() - 0.5) };
  };
  const [weight, bias] = [tensor(outputs, inputs), tensor(outputs)];
  const module: ChainModule = {
    className: "Dense",
    config: { in_features: inputs, out_features: outputs, activation_function: identity, ...config },
    tensors: { "linear.weight": weight, "linear.bias": bias },
  };
  return {
    module,
    linear: (input: Vector) => multiply(weight.data, input).map((sum, row) => sum + (bias.data[row] ?? NaN)),
  };
}

function multiply(matrix: Float32Array, input: Vector): Vector {
  return Array.from({ length: matrix.length / input.length }, (_, row) =>
    input.reduce((sum, value, column) => sum + value * (matrix[row * input.length + column] ?? NaN), 0),
  );
}

const known = new Map<string, Promise<Vector[]>>();

/** The pooled states themselves, computed once. */
function pooledStates(mode: string): Promise<Vector[]> {
  const states = known.get(mode) ?? readPooledStates(mode);
  known.set(mode, states);
  return states;
}

/** What a Dense of the identity matrix gives. */
async function readPooledStates(mode: string): Promise<Vector[]> {
  const data = new Float32Array(hiddenSize ** 2);
  for (let index = 0; index < hiddenSize; index++) data[index * (hiddenSize + 1)] = 1;
  const config = { in_features: hiddenSize, out_features: hiddenSize, bias: false, activation_function: identity };
  const unit: ChainModule = {
    className: "Dense",
    config: { ...config, ...toScores },
    tensors: { "linear.weight": { shape: [hiddenSize, hiddenSize], data } },
  };
  const { stream, standard } = await scoreBothWays(`pooled-${mode}`, { pooling_mode: mode }, [unit]);
  assertClose(standard.flat(), stream.flat(), tolerances.chainStates);
  return stream;
}

function assertRows(actual: Vector[], expected: Vector[]): void {
  assertClose(actual.flat(), expected.flat(), tolerances.chainStates);
}

describe("pooling", () => {
  const definitions: Record<"cls" | "mean" | "max", (column: Vector) => number> = {
    cls: (column) => column[0] ?? NaN,
    mean: (column) => column.reduce((sum, value) => sum + value, 0) / column.length,
    max: (column) => Math.max(...column),
  };

  test.each(["cls", "mean", "max"] as const)("by %s is what it is by definition, padding left out", async (pooling) => {
    const random = seededRandom(3);
    const width = 4;
    // All below zero, so that padding which counts as zero would be the largest.
    const table = Float32Array.from({ length: 10 * width }, () => -1 - random());
    const graph = new GraphBuilder("pooling");
    const stream = addTokenStream(graph, { hasWindows: false });
    const states = graph.op("Gather", [graph.constant("table", table, [10, width]), stream.inputIds]);
    graph.output("logits", poolDocuments(graph, states, stream, { hiddenSize: width, pooling }), "float32", [
      "documents",
      width,
    ]);
    const documents = [[1, 2, 3, 4, 5, 6, 7], [8], [9, 3, 9]];
    const pairs = documents.map((inputIds) => ({ inputIds }));
    const feeds = planStream(pairs, { pooling, windowRadius: undefined });
    const session = await openSession({ graph: graph.encode(), weightsFolder: folder(), threads: 1 });
    const expected = documents.flatMap((tokens) =>
      Array.from({ length: width }, (_, axis) =>
        definitions[pooling](tokens.map((token) => table[token * width + axis] ?? NaN)),
      ),
    );
    assertClose(await session.run(feeds), expected, 1e-6);
  });

  test("by mean and max of the encoder's states is the same in both layouts, and each another", async () => {
    const [cls, mean, max] = [await pooledStates("cls"), await pooledStates("mean"), await pooledStates("max")];
    for (const [row, largest] of max.entries()) {
      for (const [axis, value] of largest.entries()) {
        expect(value).toBeGreaterThanOrEqual(mean[row]?.[axis] ?? NaN);
        expect(value).toBeGreaterThanOrEqual((cls[row]?.[axis] ?? NaN) - tolerances.chainStates);
      }
    }
  });
});

/** Abramowitz and Stegun's series for erf, summed until it no longer changes: x is small here. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const softplus = (x: number) => Math.log1p(Math.exp(x));

describe("the activation", () => {
  test.each<[string, (x: number) => number]>([
    ["linear.Identity", (x) => x],
    ["activation.GELU", (x) => (x * (1 + erf(x / Math.SQRT2))) / 2],
    ["activation.Tanh", Math.tanh],
    ["activation.ReLU", (x) => Math.max(0, x)],
    ["activation.SiLU", (x) => x / (1 + Math.exp(-x))],
    ["activation.Sigmoid", (x) => 1 / (1 + Math.exp(-x))],
    ["activation.LeakyReLU", (x) => (x < 0 ? 0.01 * x : x)],
    ["activation.ELU", (x) => (x < 0 ? Math.expm1(x) : x)],
    ["activation.SELU", (x) => 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * Math.expm1(x) : x)],
    ["activation.Softplus", softplus],
    ["activation.Softsign", (x) => x / (1 + Math.abs(x))],
    ["activation.Mish", (x) => x * Math.tanh(softplus(x))],
  ])("%s is what torch's is", async (name, activate) => {
    const activation_function = `torch.nn.modules.${name}`;
    const { module, linear } = randomDense(7, hiddenSize, 6, { activation_function, ...toScores });
    const pooled = await pooledStates("cls");
    const inner = pooled.map(linear);
    expect(Math.max(...inner.flat())).toBeGreaterThan(0.5);
    expect(Math.min(...inner.flat())).toBeLessThan(-0.5);
    const { stream, standard } = await scoreBothWays("activated", { pooling_mode: "cls" }, [module]);
    const expected = inner.map((row) => row.map(activate));
    assertRows(stream, expected);
    assertRows(standard, expected);
  });
});

describe("a residual Dense", () => {
  test("as wide as its input adds that, after the activation", async () => {
    const activation_function = "torch.nn.modules.activation.Tanh";
    const { module, linear } = randomDense(9, hiddenSize, hiddenSize, { activation_function, use_residual: true });
    const last = randomDense(10, hiddenSize, 2, toScores);
    const { stream, standard } = await scoreBothWays("residual", { pooling_mode: "mean" }, [module, last.module]);
    const expected = (await pooledStates("mean")).map((states) =>
      last.linear(linear(states).map((value, axis) => Math.tanh(value) + (states[axis] ?? NaN))),
    );
    assertRows(stream, expected);
    assertRows(standard, expected);
  });

  test("of another width adds what its projection makes of the input", async () => {
    const { module, linear } = randomDense(11, hiddenSize, 3, { use_residual: true, ...toScores });
    const random = seededRandom(12);
    const projection = new Float32Array(3 * hiddenSize).map(() => random() - 0.5);
    const tensors = { ...module.tensors, "residual.weight": { shape: [3, hiddenSize], data: projection } };
    const { stream, standard } = await scoreBothWays("projected", { pooling_mode: "max" }, [{ ...module, tensors }]);
    const expected = (await pooledStates("max")).map((states) => {
      const added = multiply(projection, states);
      return linear(states).map((value, label) => value + (added[label] ?? NaN));
    });
    assertRows(stream, expected);
    assertRows(standard, expected);
  });
});

test("norms and Dense layers stand in any order, several of each", async () => {
  const random = seededRandom(13);
  const norm = (size: number) => {
    const numbers = () => ({ shape: [size], data: new Float32Array(size).map(() => random() + 0.5) });
    const [weight, bias] = [numbers(), numbers()];
    const module: ChainModule = {
      className: "LayerNorm",
      config: { dimension: size },
      tensors: { "norm.weight": weight, "norm.bias": bias },
    };
    const normalize = (input: Vector) => {
      const mean = input.reduce((sum, value) => sum + value, 0) / size;
      const variance = input.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
      return input.map(
        (value, axis) =>
          ((value - mean) / Math.sqrt(variance + 1e-5)) * (weight.data[axis] ?? NaN) + (bias.data[axis] ?? NaN),
      );
    };
    return { module, normalize };
  };
  const [first, second, last] = [norm(hiddenSize), norm(5), norm(5)];
  const down = randomDense(14, hiddenSize, 5);
  const out = randomDense(15, 5, 1, toScores);
  const modules = [first.module, down.module, second.module, last.module, out.module];
  const { stream, standard } = await scoreBothWays("mixed", { pooling_mode: "cls" }, modules);
  const expected = (await pooledStates("cls")).map((states) =>
    out.linear(last.normalize(second.normalize(down.linear(first.normalize(states))))),
  );
  assertRows(stream, expected);
  assertRows(standard, expected);
});

describe("a module's weights", () => {
  async function brokenChain(spoil: (module: string) => Promise<void>) {
    const model = join(folder(), "broken");
    await writeChain(model, { pooling_mode: "cls" }, [randomDense(1, hiddenSize, 1, toScores).module]);
    await spoil(join(model, "2_Dense"));
    return thrownBy(() => CrossEncoder.fromPretrained(model));
  }

  test("that are pickled are refused, with how to convert them", async () => {
    const error = await brokenChain((module) =>
      rename(join(module, "model.safetensors"), join(module, "pytorch_model.bin")),
    );
    expect(error.code).toBe("MODEL_NOT_FOUND");
    expect(error.message).toContain("2_Dense must hold model.safetensors");
    expect(error.message).toContain("Convert its pytorch_model.bin to safetensors");
  });

  test("that are missing, damaged or of another shape are named", async () => {
    const missing = await brokenChain((module) => rm(join(module, "model.safetensors")));
    expect(missing).toMatchObject({ code: "MODEL_NOT_FOUND", message: expect.stringContaining("2_Dense") as string });
    const damaged = await brokenChain((module) => writeFile(join(module, "model.safetensors"), "nonsense"));
    expect(damaged.code).toBe("INVALID_MODEL_FILE");
    const config = { in_features: hiddenSize, out_features: 2, ...toScores };
    const other = await brokenChain((module) => writeFile(join(module, "config.json"), JSON.stringify(config)));
    expect(other.code).toBe("SHAPE_MISMATCH");
    expect(other.message).toContain('Tensor "2_Dense.linear.bias" must have shape [2], got [1]');
  });
});
