/** Folders that are none, and files that are something else: folders, links to nowhere, pipes, devices. */
import { execFile } from "node:child_process";
import { mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { CrossrankErrorCode } from "../../src/errors/index.js";
import { damagedFolder, type MalformedModel, type Refusal } from "./malformed-model.js";

const run = promisify(execFile);

const notFound: Refusal = { code: "MODEL_NOT_FOUND", culprit: "config.json" };

const jsonNames = ["config.json", "tokenizer.json", "tokenizer_config.json"];
const weightsName = "model.safetensors";

export function* wrongFolders(): Generator<MalformedModel> {
  yield* noFolders();
  yield* noFiles();
  if (process.platform !== "win32") yield* unreadableFiles();
}

function* noFolders(): Generator<MalformedModel> {
  const place = (name: string, make: (path: string) => Promise<unknown>): MalformedModel => ({
    name: `folder-${name}`,
    code: "MODEL_NOT_FOUND",
    culprit: name,
    write: async (path) => {
      await make(path);
    },
  });
  yield place("is-a-file", (path) => writeFile(path, "{}"));
  yield place("is-not-there", () => Promise.resolve());
  yield place("links-to-itself", (path) => symlink(basename(path), path));
  yield place("links-to-nothing", (path) => symlink("nothing", path));
  yield { ...place("is-empty", (path) => mkdir(path)), ...notFound };
  yield damagedFolder("folder-with-nothing-but-weights", notFound, async (folder) => {
    for (const name of jsonNames) await rm(join(folder, name));
  });
  yield damagedFolder("folder-with-pickled-weights", { ...notFound, culprit: "pytorch_model.bin" }, async (folder) => {
    await rm(join(folder, weightsName));
    await writeFile(join(folder, "pytorch_model.bin"), Buffer.alloc(64));
  });
  yield damagedFolder("folder-without-weights", { ...notFound, culprit: weightsName }, (folder) =>
    rm(join(folder, weightsName)),
  );
}

function* noFiles(): Generator<MalformedModel> {
  yield* replaced("is-a-folder", (path) => mkdir(path));
  yield* replaced("links-to-itself", (path) => symlink(basename(path), path));
  yield* replaced("links-in-a-circle", async (path) => {
    await symlink(`${basename(path)}.other`, path);
    await symlink(basename(path), `${path}.other`);
  });
  const required = ["config.json", "tokenizer.json", weightsName];
  yield* replaced("links-to-nothing", (path) => symlink("nothing", path), required, "MODEL_NOT_FOUND");
  yield* replaced("of-a-terabyte", async (path) => {
    await writeFile(path, "{");
    await truncate(path, 1e12);
  });
}

/** A reader that opens these waits for ever, or never comes to their end. Root may read all that has mode 0. */
function* unreadableFiles(): Generator<MalformedModel> {
  yield* replaced("is-a-pipe", (path) => run("mkfifo", [path]));
  yield* replaced("is-without-end", (path) => symlink("/dev/zero", path));
  if (process.platform === "linux") yield* replaced("is-memory", (path) => symlink("/proc/self/mem", path));
  if (process.getuid?.() !== 0) yield* replaced("is-forbidden", (path) => writeFile(path, "{}", { mode: 0 }));
}

/** Models of which one file is replaced by something else, for each of the files. */
function* replaced(
  flaw: string,
  make: (path: string) => Promise<unknown>,
  fileNames: readonly string[] = [...jsonNames, weightsName],
  code?: CrossrankErrorCode,
): Generator<MalformedModel> {
  for (const fileName of fileNames) {
    yield damagedFolder(`${fileName}-${flaw}`, { code, culprit: fileName }, async (folder) => {
      await rm(join(folder, fileName));
      await make(join(folder, fileName));
    });
  }
}
