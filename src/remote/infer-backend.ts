import { z } from "zod";
import { bestPassages, scoresFromLogits, type DocumentScores } from "../cross-encoder/index.js";
import { InvalidOptionsError, InvalidResponseError } from "../errors/index.js";
import { loadModelSettings, resolveModelFolder, type ModelSettings } from "../hub/index.js";
import type { PairColumns } from "../inference/index.js";
import { planMicroBatches } from "../planning/index.js";
import { loadPairTokenizer, type PairTokenizer, type TokenizedPair } from "../tokenization/index.js";
import type { Backend, RemoteCall, RemoteModel } from "./backend.js";
import type { HttpClient } from "./http-client.js";
import { decodeInferResponse, encodeInferRequest, type InputTensor } from "./infer-protocol.js";
import type { ResolvedRemoteOptions } from "./resolve-remote-options.js";
import { runRequests } from "./run-requests.js";
import { tokenizePairs } from "./tokenize-pairs.js";

/** Scores pairs by a KServe V2 service that gets token ids and gives logits. */
export class InferBackend implements Backend {
  readonly model: RemoteModel;
  readonly #client: HttpClient;
  readonly #options: ResolvedRemoteOptions & { model: string };
  readonly #settings: ModelSettings;
  readonly #tokenizer: PairTokenizer;
  readonly #paddingId: number;

  private constructor(parts: {
    client: HttpClient;
    options: ResolvedRemoteOptions & { model: string };
    settings: ModelSettings;
    tokenizer: PairTokenizer;
  }) {
    this.#client = parts.client;
    this.#options = parts.options;
    this.#settings = parts.settings;
    this.#tokenizer = parts.tokenizer;
    this.#paddingId = z.int().nonnegative().catch(0).parse(parts.settings.config["pad_token_id"]);
    const { labelCount, prompts, defaultPromptName, activation } = parts.settings;
    const activationFn = parts.options.activationFn ?? activation;
    this.model = { labelCount, prompts, defaultPromptName, activationFn };
  }

  /**
   * Reads settings and tokenizer of the model's folder.
   *
   * @throws {InvalidOptionsError} If `model` or `tokenizer` is missing, or an option does not go with the model.
   * @throws What reading the folder throws, as in `CrossEncoder.fromPretrained`.
   */
  static async load(client: HttpClient, options: ResolvedRemoteOptions): Promise<InferBackend> {
    const { model, tokenizer: folder } = options;
    if (model === undefined || folder === undefined) throw missingOption(model === undefined ? "model" : "tokenizer");
    const path = await resolveModelFolder(folder);
    const settings = await loadModelSettings(path, options);
    const { tokenizer } = await loadPairTokenizer(path);
    return new InferBackend({ client, options: { ...options, model }, settings, tokenizer });
  }

  async score(columns: PairColumns, { options, signal, onScored }: RemoteCall): Promise<DocumentScores> {
    const splits = options.longDocuments === "maxPassage";
    const call = { maxLength: this.#settings.maxLength, splits, signal };
    const { pairs, counts, offsets } = await tokenizePairs(this.#tokenizer, columns, call);
    const { labelCount } = this.model;
    const logits = new Float32Array(pairs.length * labelCount);
    const batches = this.#planBatches(pairs, options);
    const onBatch = splits ? countWhole(counts, onScored) : (batch: readonly number[]) => onScored(batch.length);
    const send = async (batch: readonly number[], signal: AbortSignal) => {
      const rows = await this.#infer(
        batch.map((index) => pairs[index] as TokenizedPair),
        signal,
      );
      for (const [row, index] of batch.entries()) {
        logits.set(rows.subarray(row * labelCount, (row + 1) * labelCount), index * labelCount);
      }
      onBatch(batch);
    };
    await runRequests(batches, send, { concurrency: this.#options.maxConcurrentRequests, signal });
    const activationFn = options.activationFn ?? this.#options.activationFn ?? this.#settings.activation;
    const scoring = { labelCount, activationFn, applySoftmax: options.applySoftmax };
    if (splits) return bestPassages({ logits, counts, offsets }, scoring);
    return { scores: scoresFromLogits(logits, scoring), passages: [] };
  }

  #planBatches(
    pairs: readonly TokenizedPair[],
    { batchSize, maxBatchTokens }: { batchSize: number; maxBatchTokens: number },
  ) {
    const lengths = pairs.map(({ inputIds }) => inputIds.length);
    const largest = this.#options.maxDocumentsPerRequest ?? Infinity;
    return planMicroBatches(lengths, { batchSize: Math.min(batchSize, largest), maxBatchTokens });
  }

  /** @returns Logits, shape [pairs, labels]. */
  async #infer(pairs: readonly TokenizedPair[], signal: AbortSignal): Promise<Float32Array> {
    const { model, modelVersion, outputName } = this.#options;
    const version = modelVersion === undefined ? "" : `/versions/${encodeURIComponent(modelVersion)}`;
    const answer = await this.#client.post(
      {
        path: `/v2/models/${encodeURIComponent(model)}${version}/infer`,
        ...encodeInferRequest(padPairs(pairs, this.#paddingId), outputName),
      },
      signal,
    );
    const { shape, data } = decodeInferResponse(answer, outputName);
    const expected = [pairs.length, this.model.labelCount];
    if (shape.join() === expected.join()) return data;
    throw new InvalidResponseError(
      `${answer.url} must give "${outputName}" of shape [${expected.join(", ")}], pairs and labels of the model in ` +
        `${this.#settings.folder}, got [${shape.join(", ")}].`,
      { url: answer.url, expected, actual: shape },
    );
  }
}

/** The model's inputs, shape [pairs, longest pair]: real tokens first, where the attention mask is 1. */
function padPairs(pairs: readonly TokenizedPair[], paddingId: number): InputTensor[] {
  const longest = pairs.reduce((length, { inputIds }) => Math.max(length, inputIds.length), 0);
  const shape = [pairs.length, longest];
  const tensor = (name: string, padding: number, valuesOf: (pair: TokenizedPair) => Int32Array | undefined) => {
    const data = new BigInt64Array(pairs.length * longest).fill(BigInt(padding));
    for (const [row, pair] of pairs.entries()) data.set(Array.from(valuesOf(pair) ?? [], BigInt), row * longest);
    return { name, shape, data };
  };
  const inputs = [
    tensor("input_ids", paddingId, ({ inputIds }) => inputIds),
    tensor("attention_mask", 0, ({ inputIds }) => new Int32Array(inputIds.length).fill(1)),
  ];
  if (pairs[0]?.tokenTypeIds === undefined) return inputs;
  return [...inputs, tensor("token_type_ids", 0, ({ tokenTypeIds }) => tokenTypeIds)];
}

/** Reports documents as their last passage gets its score. */
function countWhole(counts: Uint32Array, onScored: (count: number) => void): (batch: readonly number[]) => void {
  const documentOf = Array.from(counts).flatMap((count, document) => Array<number>(count).fill(document));
  const missing = Uint32Array.from(counts);
  return (batch) => {
    let whole = 0;
    for (const passage of batch) {
      const document = documentOf[passage] as number;
      missing[document] = (missing[document] as number) - 1;
      if (missing[document] === 0) whole++;
    }
    onScored(whole);
  };
}

function missingOption(option: "model" | "tokenizer"): InvalidOptionsError {
  const what =
    option === "model"
      ? "the model's name at the service"
      : "the folder with the model's config.json, tokenizer.json and tokenizer_config.json";
  const message = `${option} must be given for api "kserve": ${what}.`;
  return new InvalidOptionsError(message, { issues: [{ path: option, message }] });
}
