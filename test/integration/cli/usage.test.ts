import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { writeJsonFiles } from "../../helpers/write-json-files.js";
import { runCli, tinyModel } from "./run-cli.js";

const folder = useTemporaryFolder();

const commands = ["rank", "predict", "tokenize", "info", "convert", "evaluate", "serve", "bulk", "bench"];

describe("help", () => {
  test("lists the commands", async () => {
    const { status, stdout, stderr } = await runCli(["--help"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
  });

  test.each(commands)("of %s shows an example, and each default once", async (command) => {
    const { status, stdout, stderr } = await runCli([command, "--help"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`Examples?:\\n {2}crossrank ${command} `));
    expect(stdout).not.toMatch(/\(default: [^)]*\)\s+\(default: /);
  });

  test.each(["submit", "work", "collect", "remove"])("of bulk %s shows an example", async (command) => {
    const { status, stdout } = await runCli(["bulk", command, "--help"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`Example:\\n {2}crossrank bulk ${command} `));
  });

  test("--version is the package's", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(await runCli(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("wrong usage", () => {
  test.each([
    ["an unknown command", ["rnak"], "unknown command 'rnak'"],
    ["an unknown option", ["rank", "q", "d", "--topk", "1"], "unknown option '--topk'\n(Did you mean --top-k?)"],
    ["no query", ["rank"], "missing required argument 'query'"],
    ["a broken number", ["rank", "q", "d", "--top-k", "1.5"], "argument '1.5' is invalid. It must be a whole number"],
    ["a negative number", ["rank", "q", "d", "-k", "-1"], "argument '-1' is invalid. It must be a whole number of"],
    [
      "no thread",
      ["rank", "q", "d", "--threads", "0"],
      "argument '0' is invalid. It must be a whole number of at least 1",
    ],
    [
      "no worker",
      ["rank", "q", "d", "--workers", "0"],
      "argument '0' is invalid. It must be a whole number of at least 1",
    ],
    ["an unknown activation", ["rank", "q", "d", "--activation-fn", "relu"], "Allowed choices are sigmoid, identity"],
    ["nowhere to convert to", ["convert", "folder"], "required option '-o, --output <folder>' not specified"],
    ["an unknown layout", ["convert", "folder", "-o", "o", "--layout", "x"], "Allowed choices are stream, standard"],
    ["nowhere to collect to", ["bulk", "collect"], "required option '-o, --output <file>' not specified"],
    ["no URL of Redis", ["bulk", "work", "--redis", "here"], "redis: expected redis://host:port or rediss://host:port"],
    ["an unknown mode", ["rank", "q", "d", "--long-documents", "cut"], "Allowed choices are truncate, maxPassage"],
    ["two arguments of info", ["info", "a", "b"], "too many arguments"],
    ["two sources of documents", ["rank", "q", "d", "--file", "f"], "Documents must be arguments or come from --file"],
    ["too long a maximum length", ["rank", "q", "d", ...tinyModel, "--max-length", "9999"], "must be at most 8192"],
    ["an unknown prompt", ["rank", "q", "d", ...tinyModel, "--prompt-name", "x"], "promptName must be one of"],
  ])("%s ends with 2", async (_, args, message) => {
    const { status, stdout, stderr } = await runCli(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(message);
  });

  test("no command shows the usage and ends with 2", async () => {
    const { status, stdout, stderr } = await runCli([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: crossrank /);
  });
});

describe("failures", () => {
  test.each([
    [
      "a model that is not there",
      ["rank", "q", "d", "--model", "no/such/model"],
      /there is nothing.*\[MODEL_NOT_FOUND\]/,
    ],
    [
      "a file of documents that is not there",
      ["rank", "q", "-f", "no.txt"],
      /no\.txt must be a file.*\[INVALID_INPUT\]/,
    ],
    ["a file of pairs that is not there", ["predict", "no.jsonl"], /no\.jsonl must be a file.*\[INVALID_INPUT\]/],
    ["a folder for a file", ["predict", "test"], /test must be a file to read, but it is a folder.*\[INVALID_INPUT\]/],
  ])("%s ends with 1, a message of one line and no stack", (_, args, message) => expectFailure(args, message));

  test("a model of another kind ends with 1, a message of one line and no stack", async () => {
    await writeJsonFiles(folder(), { "config.json": { architectures: ["DebertaV2ForSequenceClassification"] } });
    await expectFailure(["info", folder()], /\[UNSUPPORTED_MODEL\]/);
  });

  async function expectFailure(args: readonly string[], message: RegExp): Promise<void> {
    const { status, stdout, stderr } = await runCli(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
  }

  test("show their stack if DEBUG asks for it", async () => {
    const { status, stderr } = await runCli(["info", "no/such/model"], { env: { DEBUG: "crossrank" } });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^ModelNotFoundError: .*\n {4}at /);
  });
});
