import type { Command } from "commander";
import { InvalidOptionsError } from "../errors/index.js";
import { openInput, parseDocument, readLines } from "../files/index.js";

/** Where documents come from if not from the arguments. */
export interface DocumentFlags {
  file?: string;
}

export function addDocumentOptions(command: Command): Command {
  return command
    .argument("<query>", "what the documents may answer")
    .argument("[documents...]", "the documents; without any, and without --file, lines of standard input")
    .option("-f, --file <file>", "read the documents from a file, one a line; - for standard input")
    .addHelpText(
      "after",
      `
A file named *.jsonl holds JSON lines: strings, or objects with "text". Blank
lines are no documents. Write -- before a query that starts with a dash.`,
    );
}

/**
 * The documents, in their order.
 *
 * @throws {InvalidOptionsError} If there are two sources, or none but the keyboard.
 * @throws {InvalidInputError} If the file cannot be read, or a line is no document.
 */
export async function readDocuments(documents: readonly string[], { file }: DocumentFlags): Promise<readonly string[]> {
  if (documents.length > 0) {
    if (file === undefined) return documents;
    throw new InvalidOptionsError("Documents must be arguments or come from --file, not both.", { file });
  }
  if (file === undefined && process.stdin.isTTY) {
    throw new InvalidOptionsError("There must be documents: name them as arguments, use --file, or pipe lines in.");
  }
  const parse = file?.endsWith(".jsonl") ? parseDocument : ({ text }: { text: string }) => text;
  const parsed: string[] = [];
  for await (const line of readLines(openInput(file ?? "-"))) parsed.push(parse(line));
  return parsed;
}
