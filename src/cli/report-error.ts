import { inspect } from "node:util";
import { CommanderError } from "commander";
import { CrossrankError } from "../errors/index.js";
import { printable } from "./printable.js";

/**
 * Tells the user on standard error what went wrong: the message and its code, or everything if `DEBUG` says so.
 *
 * @returns The exit status: 2 for wrong usage, 1 for another failure; 0 for a reader of standard output that has left
 * (`| head`), which is none.
 */
export function reportError(error: unknown): number {
  // Commander has printed its message already, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isClosedPipe(error)) return 0;
  const isDebugging = process.env["DEBUG"]?.includes("crossrank") ?? false;
  process.stderr.write(`${isDebugging ? inspect(error) : describe(error)}\n`);
  return CrossrankError.isInstance(error) && error.code === "INVALID_OPTIONS" ? 2 : 1;
}

/** The system's errors begin with their code; ours get it at the end. */
function describe(error: unknown): string {
  const message = printable(error instanceof Error ? error.message : String(error));
  return CrossrankError.isInstance(error) ? `error: ${message} [${error.code}]` : `error: ${message}`;
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
