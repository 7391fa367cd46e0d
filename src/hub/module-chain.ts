/**
 * Chains of modules: what sentence-transformers 6 saves where a reranker is an encoder with a head of separate modules.
 *
 * A module is a folder with a `config.json`, and weights if it has any. Each takes a feature by name and gives one; a
 * chain that crossrank runs is a line of them: token_embeddings, sentence_embedding, and in the end scores.
 *
 * Reference: sentence-transformers v5.4, base/modules/dense.py, sentence_transformer/modules/pooling.py and layer_norm.py
 */
import { z } from "zod";
import { InvalidModelFileError, UnsupportedModelError } from "../errors/index.js";
import { inputSizeOf, outputSizeOf, type Head, type HeadStep } from "../head/index.js";
import { headActivation } from "./module-activation.js";
import { listModules, moduleClass, moduleConfigName, readModuleConfig, type SavedModule } from "./module-config.js";
import { readPooling } from "./module-pooling.js";

/** The modules after the encoder. */
export interface ModuleChain {
  head: Head;
  /** Scores a pair gets. */
  labelCount: number;
  /** The folders of the modules, relative to the model's, in their order. */
  folders: readonly string[];
  /** Those that hold weights. Their tensors are known by the folder's name and their own: `2_Dense.linear.weight`. */
  weightFolders: readonly string[];
}

/** The features that modules hand on. */
const features = { pooled: "sentence_embedding", scores: "scores" };

/** Far above any model's: a label gets a name, and a name takes memory. */
const maxLabelCount = 2 ** 16;

/** torch's default, which sentence-transformers' LayerNorm does not change. */
const normEpsilon = 1e-5;

const size = z.int().positive();

const denseSchema = z.looseObject({
  in_features: size,
  out_features: size,
  bias: z.boolean().default(true),
  activation_function: z.string().optional(),
  module_input_name: z.string().default(features.pooled),
  module_output_name: z.string().nullish(),
  use_residual: z.boolean().default(false),
});

const normSchema = z.looseObject({ dimension: size });

/** A step, and the features that it takes and gives. */
interface Link {
  step: HeadStep;
  input: string;
  output: string;
}

/**
 * Reads the modules that follow an encoder.
 *
 * @param modules - Of `modules.json`, the encoder left out: a Pooling, then any number of Dense and LayerNorm, the last
 * a Dense that gives "scores".
 * @throws {UnsupportedModelError} If there is another module, or one asks for something that crossrank does not do.
 * @throws {InvalidModelFileError} If a module's config is missing or damaged, or does not take what comes before it.
 */
export async function readModuleChain(folder: string, modules: readonly SavedModule[]): Promise<ModuleChain> {
  requireKnown(modules);
  const [poolingModule, ...stepModules] = modules;
  if (poolingModule === undefined) throw noScores("there is no module after the encoder");
  const { pooling, size: pooledSize } = await readPooling(folder, poolingModule);
  const steps: HeadStep[] = [];
  let current = { origin: poolingModule.path, feature: features.pooled, size: pooledSize };
  for (const module of stepModules) {
    const { step, input, output } = await readLink(folder, module);
    requireFitting({ step, input, path: module.path }, current);
    steps.push(step);
    current = { origin: module.path, feature: output, size: outputSizeOf(step) };
  }
  if (current.feature !== features.scores) throw noScores(`${current.origin} gives "${current.feature}"`);
  if (current.size > maxLabelCount) throw tooManyLabels(current);
  return {
    head: { pooling, steps },
    labelCount: current.size,
    folders: modules.map(({ path }) => path),
    weightFolders: stepModules.map(({ path }) => path),
  };
}

async function readLink(folder: string, module: SavedModule): Promise<Link> {
  return moduleClass(module) === "Dense" ? readDense(folder, module) : readNorm(folder, module);
}

async function readDense(folder: string, module: SavedModule): Promise<Link> {
  const config = await readModuleConfig(folder, module, denseSchema);
  const { path } = module;
  const isSquare = config.in_features === config.out_features;
  const residual = isSquare ? ({ kind: "input" } as const) : ({ kind: "projected", name: `${path}.residual` } as const);
  return {
    step: {
      kind: "dense",
      name: `${path}.linear`,
      inputSize: config.in_features,
      outputSize: config.out_features,
      hasBias: config.bias,
      activation: headActivation(config.activation_function, `${moduleConfigName(module)}: activation_function`),
      ...(config.use_residual ? { residual } : {}),
    },
    input: config.module_input_name,
    output: config.module_output_name ?? config.module_input_name,
  };
}

async function readNorm(folder: string, module: SavedModule): Promise<Link> {
  const { dimension } = await readModuleConfig(folder, module, normSchema);
  return {
    step: { kind: "norm", name: `${module.path}.norm`, size: dimension, hasBias: true, epsilon: normEpsilon },
    input: features.pooled,
    output: features.pooled,
  };
}

/** Refuses modules that crossrank does not have, all at once, before any of their files is read. */
function requireKnown(modules: readonly SavedModule[]): void {
  const [first, ...rest] = modules;
  const unknown = rest.filter((module) => !["Dense", "LayerNorm"].includes(moduleClass(module) ?? ""));
  if (first !== undefined && moduleClass(first) !== "Pooling") unknown.unshift(first);
  if (unknown.length > 0) {
    const found = listModules(unknown);
    throw new UnsupportedModelError(
      `modules.json must hold a Transformer, a Pooling and then Dense and LayerNorm modules, got ${found} where one of ` +
        `these should be. crossrank does not run other modules.`,
      { field: "modules.json", value: found, supported: ["Pooling", "Dense", "LayerNorm"] },
    );
  }
  const paths = modules.map(({ path }) => path);
  const misplaced = modules.find(({ path }, index) => !isFolderName(path) || paths.indexOf(path) !== index);
  if (misplaced === undefined) return;
  throw new InvalidModelFileError(
    `modules.json: the path of each module must be a folder of its own in the model's, got ` +
      `${JSON.stringify(misplaced.path)}. Save the model again.`,
    { path: "modules.json", value: misplaced.path },
  );
}

/** A path that leads elsewhere would have files read that are not the model's. */
function isFolderName(path: string): boolean {
  return /^[\w][\w.-]*$/.test(path);
}

function requireFitting(
  { step, input, path }: { step: HeadStep; input: string; path: string },
  before: { origin: string; feature: string; size: number },
): void {
  if (input !== before.feature) {
    throw new UnsupportedModelError(
      `${path} must take "${before.feature}", what ${before.origin} before it gives, got "${input}". crossrank runs ` +
        `modules one after another only.`,
      { field: `${path}/config.json: module_input_name`, value: input, supported: [before.feature] },
    );
  }
  const taken = inputSizeOf(step);
  if (taken === before.size) return;
  throw new InvalidModelFileError(
    `${path}/config.json: it must take ${before.size} numbers, as many as ${before.origin} gives, got ${taken}. ` +
      `Check that the file belongs to this model.`,
    { path: `${path}/config.json`, expected: before.size, actual: taken },
  );
}

function noScores(what: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `modules.json must end with a Dense whose module_output_name is "scores", but ${what}. A model without one makes ` +
      `embeddings; use a reranker.`,
    { field: "module_output_name", supported: [features.scores] },
  );
}

function tooManyLabels({ origin, size: actual }: { origin: string; size: number }): InvalidModelFileError {
  return new InvalidModelFileError(
    `${origin}/config.json: out_features must be at most ${maxLabelCount} where they are scores, got ${actual}.`,
    { path: `${origin}/config.json`, expected: maxLabelCount, actual },
  );
}
