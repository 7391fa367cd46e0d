import type { Command } from "commander";
import type { CrossEncoder, TokenizedPair, TokenizeOptions } from "../../index.js";
import { addDocumentOptions, readDocuments, type DocumentFlags } from "../document-options.js";
import { formatTable } from "../format-table.js";
import { addModelOptions, loadModel, type ModelFlags, type PromptFlags } from "../model-options.js";
import { pick } from "../pick.js";
import { outputWidth, print } from "../print.js";
import { startProgressBar } from "../progress-bar.js";

interface TokenizeFlags extends ModelFlags, PromptFlags, DocumentFlags {
  json?: true;
}

/** Between two steps the progress is shown. */
const pairsPerStep = 256;

export function addTokenizeCommand(program: Command): void {
  const command = program
    .command("tokenize")
    .summary("show what the model sees of a query and documents")
    .description("Show what the model sees of a query with each document.");
  addModelOptions(addDocumentOptions(command))
    .option("--json", 'print one line of JSON: [{"inputIds": […], "truncatedTokens": …}, …]')
    .addHelpText(
      "after",
      `
Shows for each document its corpus id (its place in what was given, from 0), how
many tokens the model gets, how many were cut off, and the ids of the tokens. On
a terminal the ids are cut to its width.

Example:
  crossrank tokenize "how do you find mass?" "Weigh it." --max-length 8`,
    )
    .action(tokenize);
}

async function tokenize(query: string, args: string[], flags: TokenizeFlags): Promise<void> {
  const documents = await readDocuments(args, flags);
  await using model = await loadModel(flags);
  const pairs = documents.map((document) => [query, document]);
  const tokenized = await tokenizeWithProgress(model, pairs, pick(flags, ["prompt", "promptName"]));
  await print(flags.json ? `${JSON.stringify(tokenized.map(plain))}\n` : formatTokens(tokenized));
}

async function tokenizeWithProgress(
  model: CrossEncoder,
  pairs: readonly string[][],
  options: TokenizeOptions,
): Promise<TokenizedPair[]> {
  using bar = await startProgressBar(pairs.length);
  const tokenized: TokenizedPair[] = [];
  while (tokenized.length < pairs.length) {
    const start = tokenized.length;
    tokenized.push(...(await model.tokenize(pairs.slice(start, start + pairsPerStep), options)));
    bar.update(tokenized.length, tokenized.length);
  }
  return tokenized;
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
