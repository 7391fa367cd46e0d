/**
 * Writes model folders that no one can load: cut, garbled, hostile, or at odds with themselves.
 *
 * Usage: npx tsx scripts/make-malformed-models.ts TARGET_FOLDER [--try]
 *
 * With `--try` each is loaded by the built package, and removed afterwards. Prints a line of JSON for each on standard
 * output, with what is bad about the library's answer if anything is; exits with 1 if there was a bad one.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { wrongBerts } from "./malformed-models/bert.js";
import { brokenWeights } from "./malformed-models/broken-weights.js";
import { wrongConfigs } from "./malformed-models/config.js";
import { wrongFolders } from "./malformed-models/folders.js";
import type { MalformedModel } from "./malformed-models/malformed-model.js";
import { wrongSettings } from "./malformed-models/settings.js";
import { brokenShards } from "./malformed-models/shards.js";
import { wrongTokenizers } from "./malformed-models/tokenizer.js";
import type { Outcome } from "./malformed-models/try-model.js";
import { wrongTensors } from "./malformed-models/wrong-tensors.js";

export type { MalformedModel, Outcome };

/** All malformed models, each under a name of its own; the same ones every time. */
export function malformedModels(): MalformedModel[] {
  return [
    ...wrongFolders(),
    ...wrongConfigs(),
    ...wrongSettings(),
    ...wrongTokenizers(),
    ...brokenWeights(),
    ...wrongTensors(),
    ...brokenShards(),
    ...wrongBerts(),
  ];
}

/** Models that are tried at the same time. */
const concurrency = 3;

/** Tries all models, a few side by side, and prints how each went. @returns Whether all were refused as they should. */
async function tryAll(folder: string): Promise<boolean> {
  // Only here, so that writing the models takes no built package.
  const { tryModel } = await import("./malformed-models/try-model.js");
  const waiting = malformedModels().values();
  let isGood = true;
  const tryWaiting = async () => {
    for (const model of waiting) {
      const outcome = await tryModel(model, join(folder, model.name));
      isGood &&= outcome.complaint === undefined;
      process.stdout.write(`${JSON.stringify(outcome)}\n`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, tryWaiting));
  return isGood;
}

async function writeAll(folder: string): Promise<void> {
  for (const model of malformedModels()) await model.write(join(folder, model.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [target, mode] = process.argv.slice(2);
  if (target === undefined || (mode !== undefined && mode !== "--try")) {
    throw new Error("Usage: npx tsx scripts/make-malformed-models.ts TARGET_FOLDER [--try]");
  }
  await mkdir(target, { recursive: true });
  if (mode === undefined) await writeAll(target);
  else process.exitCode = (await tryAll(target)) ? 0 : 1;
}
