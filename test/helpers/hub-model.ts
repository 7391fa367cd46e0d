import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import type { Timing } from "../../src/downloads/index.js";
import { downloadModel, type DownloadOptions } from "../../src/hub/download-model.js";
import { commitOne, sha256, useLoopbackHub, type LoopbackHub } from "./loopback-hub.js";
import { useTemporaryFolder } from "./temporary-folder.js";

export const model = "owner/name";

/** As the Hub has them; what is in them does not matter to a download. */
export const modelFiles = {
  ".gitattributes": "*.safetensors filter=lfs",
  "README.md": "# A model",
  "config.json": '{"architectures": ["BertForSequenceClassification"]}',
  "tokenizer.json": "{}",
  "tokenizer_config.json": "{}",
  "model.safetensors": Buffer.alloc(300_000, "weights"),
  "pytorch_model.bin": "pickled",
  "onnx/model.onnx": "graph",
};

export const weightsHash = sha256(modelFiles["model.safetensors"]);

/** Waits that a test can wait for. */
const fastTiming: Timing = {
  stallMs: 150,
  backoffMs: 1,
  maxRetryAfterMs: 500,
  lookupRetries: 2,
  transferRetries: 3,
  lockPollMs: 5,
  lockStaleMs: 20_000,
};

const variables = [
  ...["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "SENTENCE_TRANSFORMERS_HOME"],
  ...["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_OFFLINE"],
];

/** Gives each test a Hub that has {@link model}, and a cache in a temporary folder. */
export function useHubModel() {
  const hub = useLoopbackHub();
  const folder = useTemporaryFolder();
  const home = () => join(folder(), "home");
  beforeEach(() => {
    for (const name of variables) vi.stubEnv(name, undefined);
    vi.stubEnv("HF_HOME", home());
    vi.stubEnv("HF_ENDPOINT", hub().endpoint);
    hub().repositories.set(model, { files: modelFiles, commit: commitOne });
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  const cached = (...path: string[]) => join(home(), "hub", "models--owner--name", ...path);
  return {
    hub: (): LoopbackHub => hub(),
    folder,
    /** `HF_HOME`. */
    home,
    /** A path in the model's part of the cache. */
    cached,
    weightsBlob: () => cached("blobs", weightsHash),
    download: (options: DownloadOptions = {}) => downloadModel(model, options, fastTiming),
  };
}

/** The weights of a downloaded model, by their hash. */
export async function hashOfWeights(modelFolder: string): Promise<string> {
  return sha256(await readFile(join(modelFolder, "model.safetensors")));
}
