import { planStream, type StreamShape } from "../planning/index.js";
import type { TokenizedPair } from "../tokenization/index.js";
import type { Runner } from "./runner.js";
import type { Session } from "./session.js";

/** Runs a token-stream graph: no padding. */
export class StreamRunner implements Runner {
  readonly info: Runner["info"];
  readonly #session: Session;
  readonly #shape: StreamShape;

  constructor(session: Session, shape: StreamShape, info: Runner["info"]) {
    this.info = info;
    this.#session = session;
    this.#shape = shape;
  }

  async run(pairs: readonly TokenizedPair[]): Promise<Float32Array> {
    return this.#session.run(planStream(pairs, this.#shape));
  }
}
