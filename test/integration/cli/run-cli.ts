import { spawn, type ChildProcess } from "node:child_process";
import { text } from "node:stream/consumers";

/** How a run of the command line ended. */
export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** What a run gets beside its arguments. */
export interface RunOptions {
  /** Piped in; without it standard input is empty. */
  stdin?: string;
  env?: Readonly<Record<string, string>>;
  nodeOptions?: readonly string[];
}

/** A small model whose scores mean nothing; loads faster than the embedded one. */
export const tinyModel = ["--model", "test/fixtures/tiny-reranker"];

/** Starts the built command line. */
export function startCli(args: readonly string[], { env = {}, nodeOptions = [] }: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [...nodeOptions, "dist/cli.js", ...args], { env: { ...process.env, ...env } });
}

/** Runs the built command line to its end. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = startCli(args, options);
  // A command that ends before it has read everything breaks the pipe.
  child.stdin?.on("error", () => undefined).end(options.stdin);
  const [status, stdout, stderr] = await Promise.all([statusOf(child), textOf(child.stdout), textOf(child.stderr)]);
  return { status, stdout, stderr };
}

/** The exit status of a process; null if a signal ended it. */
export function statusOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("close", resolve));
}

/** Everything that a process writes to an output. */
export async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? "" : text(stream);
}
