import type { Command } from "commander";
import type { CrossEncoder, RankedDocument, RankOptions } from "../../index.js";
import { addDocumentOptions, readDocuments, type DocumentFlags } from "../document-options.js";
import { formatTable } from "../format-table.js";
import {
  addScoringOptions,
  loadModel,
  type LongDocumentFlags,
  type ModelFlags,
  type PromptFlags,
} from "../model-options.js";
import { wholeNumberFrom } from "../parse-whole-number.js";
import { pick } from "../pick.js";
import { outputWidth, print } from "../print.js";
import { startProgressBar } from "../progress-bar.js";

interface RankFlags extends ModelFlags, PromptFlags, LongDocumentFlags, DocumentFlags, Pick<RankOptions, "topK"> {
  json?: true;
}

export function addRankCommand(program: Command): void {
  const command = program
    .command("rank")
    .summary("rank documents by how well they answer a query")
    .description("Rank documents by how well they answer a query, best first.");
  addScoringOptions(addDocumentOptions(command))
    .option("-k, --top-k <count>", "print the best documents only", wholeNumberFrom(0))
    .option("--json", 'print one line of JSON: [{"corpusId": …, "score": …, "text": "…"}, …]')
    .addHelpText(
      "after",
      `
The corpus id is a document's place in what was given, from 0. On a terminal
documents are cut to its width. Of a document that was split, the best passage
is shown; --json has its place: "passage": {"start": …, "end": …}.

Examples:
  crossrank rank "how do you find mass?" "Weigh it." "High Mass is sung."
  crossrank rank "how do you find mass?" --file documents.txt --top-k 3
  grep -rhi mass notes/ | crossrank rank "how do you find mass?" --json`,
    )
    .action(rank);
}

async function rank(query: string, args: string[], flags: RankFlags): Promise<void> {
  const documents = await readDocuments(args, flags);
  await using model = await loadModel(flags);
  const options = pick(flags, ["topK", "prompt", "promptName", "longDocuments"]);
  const ranking = await rankWithProgress(model, query, documents, options);
  await print(flags.json ? `${JSON.stringify(ranking)}\n` : formatRanking(ranking));
}

async function rankWithProgress(
  model: CrossEncoder,
  query: string,
  documents: readonly string[],
  options: RankOptions,
): Promise<RankedDocument[]> {
  using bar = await startProgressBar(documents.length);
  return await model.rank(query, documents, {
    ...options,
    returnDocuments: true,
    onProgress: ({ scored }) => bar.update(scored, scored),
  });
}

function formatRanking(ranking: readonly RankedDocument[]): string {
  const rows = ranking.map(({ corpusId, score, passage, text = "" }, index) => [
    String(index + 1),
    score.toFixed(4),
    String(corpusId),
    text.slice(passage?.start, passage?.end),
  ]);
  return formatTable(["rank", "score", "corpus id", "document"], rows, outputWidth());
}
