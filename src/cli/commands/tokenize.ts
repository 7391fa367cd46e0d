import type { Command } from "commander";
import type { TokenizedPair } from "../../index.js";
import { addDocumentOptions, readDocuments, type DocumentFlags } from "../document-options.js";
import { formatTable } from "../format-table.js";
import { addModelOptions, loadModel, type ModelFlags, type PromptFlags } from "../model-options.js";
import { pick } from "../pick.js";
import { outputWidth, print } from "../print.js";

interface TokenizeFlags extends ModelFlags, PromptFlags, DocumentFlags {
  json?: true;
}

export function addTokenizeCommand(program: Command): void {
  const command = program
    .command("tokenize")
    .summary("show what the model sees of a query and documents")
    .description(
      `Show what the model sees of a query with each document: token ids, and what was cut.

Prints a table: corpus id, tokens (special ones included), how many tokens truncation cut off, and the token ids, which
are cut to the terminal's width.`,
    );
  addModelOptions(addDocumentOptions(command))
    .option("--json", 'print one line of JSON instead: [{"inputIds": […], "truncatedTokens": …}, …]')
    .addHelpText(
      "after",
      `
Example:
  crossrank tokenize "how do you find mass?" "Divide the weight by gravity." --max-length 8`,
    )
    .action(tokenize);
}

async function tokenize(query: string, args: string[], flags: TokenizeFlags): Promise<void> {
  const documents = await readDocuments(args, flags);
  await using model = await loadModel(flags);
  const pairs = documents.map((document) => [query, document]);
  const tokenized = await model.tokenize(pairs, pick(flags, ["prompt", "promptName"]));
  await print(flags.json ? `${JSON.stringify(tokenized.map(plain))}\n` : formatTokens(tokenized));
}

/** With arrays in place of typed arrays, which JSON would write as objects. */
function plain({ inputIds, tokenTypeIds, truncatedTokens }: TokenizedPair): object {
  return {
    inputIds: [...inputIds],
    ...(tokenTypeIds === undefined ? {} : { tokenTypeIds: [...tokenTypeIds] }),
    truncatedTokens,
  };
}

function formatTokens(tokenized: readonly TokenizedPair[]): string {
  const rows = tokenized.map(({ inputIds, truncatedTokens }, corpusId) => [
    String(corpusId),
    String(inputIds.length),
    String(truncatedTokens),
    inputIds.join(" "),
  ]);
  return formatTable(["corpus id", "tokens", "cut", "ids"], rows, outputWidth());
}
