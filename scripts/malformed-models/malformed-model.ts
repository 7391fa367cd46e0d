import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CrossrankErrorCode } from "../../src/errors/index.js";

/** How a malformed model must be refused. */
export interface Refusal {
  /** Absent where damage can come out as one of several. */
  code?: CrossrankErrorCode | undefined;
  /** The file, field or tensor that the message must name. */
  culprit: string;
}

/** A model folder that no one can load. */
export interface MalformedModel extends Refusal {
  /** What is wrong, as a folder name. */
  name: string;
  /** @param folder - Path that does not exist yet. */
  write(folder: string): Promise<void>;
}

/** The sound models that malformed ones are made of. */
export type SoundModel = "tiny-reranker" | "tiny-nli" | "tiny-bert";

/** A model's files by name. */
export type ModelFiles = Map<string, Buffer>;

const fixtures = fileURLToPath(new URL("../../test/fixtures/", import.meta.url));

const modelFileNames = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];

/** A model that `damage` spoils in memory, before it is written. */
export function damagedFiles(
  name: string,
  refusal: Refusal,
  damage: (files: ModelFiles) => void,
  source: SoundModel = "tiny-reranker",
): MalformedModel {
  const write = async (folder: string) => {
    const files = await readModel(source);
    damage(files);
    await mkdir(folder);
    for (const [fileName, bytes] of files) await writeFile(join(folder, fileName), bytes);
  };
  return { name, ...refusal, write };
}

/** A model that `damage` spoils on the disk, for what cannot be said as a file's bytes. */
export function damagedFolder(
  name: string,
  refusal: Refusal,
  damage: (folder: string) => Promise<void>,
): MalformedModel {
  const write = async (folder: string) => {
    // Not its ONNX file, which would be run where there is no checkpoint.
    for (const name of modelFileNames) await cp(join(fixtures, "tiny-reranker", name), join(folder, name));
    await damage(folder);
  };
  return { name, ...refusal, write };
}

/** Replaces a file's bytes. */
export function edit(files: ModelFiles, name: string, change: (bytes: Buffer) => Buffer | string): void {
  const bytes = files.get(name);
  if (bytes === undefined) throw new Error(`There is no ${name} to damage.`);
  files.set(name, Buffer.from(change(bytes)));
}

async function readModel(source: SoundModel): Promise<ModelFiles> {
  const read = async (name: string) => [name, await readFile(join(fixtures, source, name))] as const;
  return new Map(await Promise.all(modelFileNames.map(read)));
}
