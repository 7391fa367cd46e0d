import { z } from "zod";
import { InvalidModelFileError } from "../errors/index.js";
import { describeIssues } from "../json/index.js";
import { planPadded, positionOffset, type PaddedShape } from "../planning/index.js";
import type { TokenizedPair } from "../tokenization/index.js";
import { inspectGraph, type ExpectedGraph } from "./inspect-graph.js";
import type { ModelSpec } from "./protocol.js";
import type { Runner } from "./runner.js";
import type { Session } from "./session.js";

/** Runs a graph in the standard layout: padded batches in, logits out. */
export class PaddedRunner implements Runner {
  readonly info: Runner["info"];
  readonly #session: Session;
  readonly #output: string;
  readonly #shape: PaddedShape;
  readonly #expected: ExpectedGraph;

  /**
   * @param path - What the graph was made of, for errors.
   * @throws {UnsupportedModelError | InvalidModelFileError} If the session's graph is no classifier, see {@link inspectGraph}.
   */
  constructor(session: Session, spec: ModelSpec, { path, info }: { path: string; info: Runner["info"] }) {
    this.info = info;
    this.#session = session;
    this.#expected = { path, labelCount: spec.labelCount };
    const { inputs, output } = inspectGraph(session, this.#expected);
    const config = parsePaddingConfig(spec);
    this.#output = output;
    this.#shape = {
      inputs,
      padTokenId: config.pad_token_id ?? 0,
      positionOffset: positionOffset({ ...config, architecture: spec.architecture }),
    };
  }

  async run(pairs: readonly TokenizedPair[]): Promise<Float32Array> {
    const logits = await this.#session.run(planPadded(pairs, this.#shape), this.#output);
    const { path, labelCount } = this.#expected;
    if (logits.length === pairs.length * labelCount) return logits;
    const actual = logits.length / pairs.length;
    throw new InvalidModelFileError(
      `${path} must give a logit for each of the ${labelCount} labels of config.json, but gives ${actual}. Check ` +
        `id2label or num_labels in config.json.`,
      { path, expected: labelCount, actual },
    );
  }
}

const paddingConfigSchema = z.looseObject({
  model_type: z.string().nullish(),
  pad_token_id: z.int().nonnegative().nullish(),
});

function parsePaddingConfig({ folder, config }: ModelSpec): z.infer<typeof paddingConfigSchema> {
  const parsed = paddingConfigSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new InvalidModelFileError(
    `config.json in ${folder} is not what it should be. ${describeIssues(parsed.error)}.`,
    {
      path: `${folder}/config.json`,
    },
  );
}
