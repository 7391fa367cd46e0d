import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** What a model's scores come from; pictures and cards may differ. */
const modelFile = /\.(json|safetensors|onnx|onnx_data|txt)$/;

/** SHA-256 of a model folder's files, names and contents: equal for copies of one model on any machine. */
export async function modelFingerprint(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((path) => modelFile.test(path)).sort()) {
    hash.update(`\n${name.replaceAll("\\", "/")}\n`);
    await pipeline(createReadStream(join(folder, name)), async (bytes: AsyncIterable<Buffer>) => {
      for await (const chunk of bytes) hash.update(chunk);
    });
  }
  return hash.digest("hex");
}
