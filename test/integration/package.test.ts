/** The package as npm would publish it: what is in it, and that programs of every kind can use it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);

interface Manifest {
  version: string;
  dependencies: Readonly<Record<string, string>>;
  optionalDependencies: Readonly<Record<string, string>>;
}

let root: string;
let manifest: Manifest;
let tarball: { path: string; files: string[] };
/** Has what a user gets who installs crossrank. */
let project: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "crossrank-package-"));
  manifest = JSON.parse(await readFile("package.json", "utf8")) as Manifest;
  tarball = await pack(root);
  project = await makeProject("project", [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.optionalDependencies),
  ]);
});
afterAll(() => rm(root, { recursive: true }));

async function pack(target: string): Promise<typeof tarball> {
  const options = ["--json", "--offline", "--ignore-scripts", "--no-update-notifier", "--pack-destination", target];
  const { stdout } = await run("npm", ["pack", ...options], { shell: process.platform === "win32" });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return { path: join(target, packed.filename), files: packed.files.map(({ path }) => path).sort() };
}

/** A folder with the package unpacked in its `node_modules`, and this repository's copies of others linked beside it. */
async function makeProject(name: string, linked: readonly string[]): Promise<string> {
  const folder = join(root, name);
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "crossrank"), { recursive: true });
  await run("tar", ["-xzf", tarball.path, "--strip-components=1", "-C", join(modules, "crossrank")]);
  for (const dependency of linked) {
    await mkdir(dirname(join(modules, dependency)), { recursive: true });
    await symlink(resolve("node_modules", dependency), join(modules, dependency), "junction");
  }
  return folder;
}

/** Writes a program into a project and runs it there. */
async function runProgram(folder: string, name: string, source: string): Promise<{ stdout: string; stderr: string }> {
  await writeFile(join(folder, name), source);
  const { stdout, stderr } = await run(process.execPath, [name], { cwd: folder });
  return { stdout, stderr };
}

const rankAndPrint = `
  const model = await CrossEncoder.fromPretrained();
  const ranking = await model.rank("how do you find mass?", ["High Mass is sung.", "Divide the weight by gravity."]);
  console.log(ranking.map(({ corpusId }) => corpusId).join());
`;

describe("the tarball", () => {
  test("holds the built library, the embedded model and what a reader needs, and nothing else", () => {
    // Parts of the command line and of the declarations, named by what they hold and its hash.
    const files = tarball.files.filter((path) => !/^dist\/[\w-]+-[\w-]{8}\.(js|d\.c?ts)$/.test(path));
    expect(files).toEqual(
      [
        "CHANGELOG.md",
        ...["ai-sdk", "langchain", "llamaindex"].flatMap((name) =>
          ["cjs", "d.cts", "d.ts", "js"].map((extension) => `dist/${name}.${extension}`),
        ),
        "dist/bulk.cjs",
        "dist/bulk.d.cts",
        "dist/bulk.d.ts",
        "dist/bulk.js",
        "dist/cli.js",
        "dist/evaluation.cjs",
        "dist/evaluation.d.cts",
        "dist/evaluation.d.ts",
        "dist/evaluation.js",
        "dist/index.cjs",
        "dist/index.d.cts",
        "dist/index.d.ts",
        "dist/index.js",
        "dist/server.cjs",
        "dist/server.d.cts",
        "dist/server.d.ts",
        "dist/server.js",
        "dist/worker.js",
        "LICENSE",
        "models/nano/config.json",
        "models/nano/model.safetensors",
        "models/nano/README.md",
        "models/nano/tokenizer_config.json",
        "models/nano/tokenizer.json",
        "package.json",
        "README.md",
      ].sort(),
    );
  });

  test("has little more than the model's weights", async () => {
    const maxMegabytes = 13; // 12.3 in 2026-11, of which the weights are 12.0
    expect((await stat(tarball.path)).size).toBeLessThan(maxMegabytes * 1e6);
  });
});

describe("a program that", () => {
  test.each([
    ["imports it", "import.mjs", `import { CrossEncoder } from "crossrank"; ${rankAndPrint}`],
    [
      "requires it",
      "require.cjs",
      `const { CrossEncoder } = require("crossrank"); void (async () => { ${rankAndPrint} })();`,
    ],
    [
      "imports it from CommonJS",
      "dynamic.cjs",
      `void import("crossrank").then(async ({ CrossEncoder }) => { ${rankAndPrint} });`,
    ],
  ])("%s ranks with the embedded model and prints nothing else", async (_, name, source) => {
    expect(await runProgram(project, name, source)).toEqual({ stdout: "1,0\n", stderr: "" });
  });

  test("imports and requires it sees one kind of error", async () => {
    const source = `
      import { createRequire } from "node:module";
      import { CrossrankError } from "crossrank";
      const { CrossEncoder } = createRequire(import.meta.url)("crossrank");
      const error = await CrossEncoder.fromPretrained("./nowhere").catch((error) => error);
      console.log(CrossrankError.isInstance(error), error.code);
    `;
    expect((await runProgram(project, "both.mjs", source)).stdout).toBe("true MODEL_NOT_FOUND\n");
  });
});

describe("importing it", () => {
  test("loads zod, and none of the other dependencies", async () => {
    const bare = await makeProject("bare", ["zod"]);
    // By their names, which a bundler may change.
    const show = "console.log(CrossEncoder.name, CrossrankError.name);";
    const imported = `import { CrossEncoder, CrossrankError } from "crossrank"; ${show}`;
    const required = `const { CrossEncoder, CrossrankError } = require("crossrank"); ${show}`;
    const printed = { stdout: "CrossEncoder CrossrankError\n", stderr: "" };
    expect(await runProgram(bare, "import.mjs", imported)).toEqual(printed);
    expect(await runProgram(bare, "require.cjs", required)).toEqual(printed);
  });

  test("for evaluation alone loads zod and the random numbers, and knows the errors of the whole", async () => {
    const bare = await makeProject("bare-evaluation", ["zod", "pure-rand"]);
    const use = `
      try { ndcg([NaN], [1], 10); } catch (error) { console.log(ndcg([1], [1], 10), CrossrankError.isInstance(error)); }
    `;
    const imported = `import { CrossrankError } from "crossrank"; import { ndcg } from "crossrank/evaluation"; ${use}`;
    const required = `
      const { CrossrankError } = require("crossrank");
      const { ndcg } = require("crossrank/evaluation");
      ${use}
    `;
    const printed = { stdout: "1 true\n", stderr: "" };
    expect(await runProgram(bare, "import.mjs", imported)).toEqual(printed);
    expect(await runProgram(bare, "require.cjs", required)).toEqual(printed);
  });

  test("works without the runtime, which is missed when a model is loaded", async () => {
    const withoutRuntime = await makeProject("without-runtime", Object.keys(manifest.dependencies));
    const source = `
      import { CrossEncoder } from "crossrank";
      const { code, message } = await CrossEncoder.fromPretrained().catch((error) => error);
      console.log(code, message.includes("npm install onnxruntime-node"));
    `;
    const { stdout, stderr } = await runProgram(withoutRuntime, "load.mjs", source);
    expect({ stdout, stderr }).toEqual({ stdout: "RUNTIME_UNAVAILABLE true\n", stderr: "" });
  });
});

describe("an adapter", () => {
  test.each([
    ["langchain", "CrossrankRerank", "@langchain/core"],
    ["llamaindex", "CrossrankRerank", "@llamaindex/core"],
    ["ai-sdk", "rerankingModel", "ai"],
  ])("%s is imported and required with its framework and zod alone", async (name, exported, framework) => {
    const folder = await makeProject(`adapter-${name}`, ["zod", framework]);
    const show = `console.log(typeof ${exported});`;
    const imported = `import { ${exported} } from "crossrank/${name}"; ${show}`;
    const required = `const { ${exported} } = require("crossrank/${name}"); ${show}`;
    const [esm, cjs] = [
      await runProgram(folder, "import.mjs", imported),
      await runProgram(folder, "require.cjs", required),
    ];
    expect(esm).toEqual({ stdout: "function\n", stderr: "" });
    // Node.js 20 warns of AI SDK 7, which is an ES module, when it is required.
    expect(cjs.stdout).toBe("function\n");
  });
});

describe("bulk scoring", () => {
  test("is there without BullMQ, which is missed when it is used", async () => {
    const use = `
      submitPairs("pairs.jsonl").catch(({ code, message }) => console.log(code, message.includes("npm install bullmq")));
    `;
    await writeFile(join(project, "pairs.jsonl"), '["how?","so"]');
    const imported = `import { submitPairs } from "crossrank/bulk"; ${use}`;
    const required = `const { submitPairs } = require("crossrank/bulk"); ${use}`;
    const printed = { stdout: "QUEUE_UNAVAILABLE true\n", stderr: "" };
    expect(await runProgram(project, "bulk.mjs", imported)).toEqual(printed);
    expect(await runProgram(project, "bulk.cjs", required)).toEqual(printed);
  });
});

describe("the binary", () => {
  /** Where npm puts it: a link, for a shell to start by its first line. npm itself makes it executable. */
  async function runBinary(...options: string[]): Promise<{ stdout: string; stderr: string }> {
    const bin = join(project, "node_modules", ".bin");
    await mkdir(bin, { recursive: true });
    if (!(await readdir(bin)).includes("crossrank")) {
      await symlink(join("..", "crossrank", "dist", "cli.js"), join(bin, "crossrank"));
    }
    return run(join(bin, "crossrank"), options, { cwd: project });
  }

  test("says its version", async () => {
    expect(await runBinary("--version")).toEqual({ stdout: `${manifest.version}\n`, stderr: "" });
  });

  test("ranks with the embedded model", async () => {
    const documents = ["High Mass is sung.", "Divide the weight by gravity."];
    const { stdout, stderr } = await runBinary("rank", "--json", "how do you find mass?", ...documents);
    const ranking = JSON.parse(stdout) as { corpusId: number }[];
    expect(ranking.map(({ corpusId }) => corpusId)).toEqual([1, 0]);
    expect(stderr).toBe("");
  });
});

describe("its types", () => {
  const consumer = `
    import {
      calibratedSigmoid,
      CrossEncoder,
      CrossrankError,
      type FromPretrainedOptions,
      type RankedDocument,
    } from "crossrank";
    import { CrossEncoderRerankingEvaluator, type Metrics } from "crossrank/evaluation";

    export async function measure(): Promise<Metrics> {
      const model = await CrossEncoder.fromPretrained("folder", { activationFn: calibratedSigmoid({ posWeight: 5 }) });
      return new CrossEncoderRerankingEvaluator([{ query: "q", positive: "p", negative: ["n"] }]).evaluate(model);
    }
    import { collectScores, startBulkWorker, submitPairs, type Submission } from "crossrank/bulk";

    export async function best(query: string, documents: readonly string[]): Promise<RankedDocument | undefined> {
      const options: FromPretrainedOptions = { threads: 2, activationFn: ([logit = 0]) => [logit] };
      const model = await CrossEncoder.fromPretrained("folder", options);
      try {
        const score: number = await model.predict([query, "document"] as const);
        const scores: Float32Array = await model.predict([[query, "document"]], { batchSize: 2 });
        const rows: Float32Array[] = await model.predict<Float32Array>([[query, "document"]]);
        console.log(score, scores.length, rows.length, model.maxLength);
        return (await model.rank(query, documents, { topK: 1 }))[0];
      } catch (error) {
        if (CrossrankError.isInstance(error) && error.code === "DISPOSED") return undefined;
        throw error;
      } finally {
        await model.dispose();
      }
    }

    export async function scoreInBulk(path: string): Promise<number> {
      const submission: Submission = await submitPairs(path, { redis: "redis://host:6379", model: "folder" });
      const worker = await startBulkWorker({ threads: 2, onChunk: ({ pairs, failed }) => console.log(pairs - failed) });
      const { failed } = await collectScores(submission.id, "scores.jsonl");
      await worker.close();
      return failed;
    }

    // @ts-expect-error An option that there is not.
    void CrossEncoder.fromPretrained("folder", { thread: 2 });
  `;

  /** What TypeScript says of the consumer, under strict settings that look into the package's own declarations too. */
  async function typeCheck(files: readonly string[], options: object): Promise<string> {
    const folder = await makeProject(`types-${files.join("-")}`, ["@types/node", "undici-types"]);
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
    const compilerOptions = { target: "es2022", types: ["node"], noEmit: true, ...strict, ...options };
    for (const file of files) await writeFile(join(folder, file), consumer);
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const compiler = resolve("node_modules/typescript/bin/tsc");
    return run(process.execPath, [compiler, "-p", folder]).then(
      () => "",
      (error: unknown) => (error as { stdout: string }).stdout,
    );
  }

  test.each<[string, readonly string[], object]>([
    ["ES modules and CommonJS modules in Node", ["consumer.mts", "consumer.cts"], { module: "nodenext" }],
    ["bundled modules", ["consumer.ts"], { module: "esnext", moduleResolution: "bundler" }],
  ])("fit %s", async (_, files, options) => {
    expect(await typeCheck(files, options)).toBe("");
  });
});
