#!/usr/bin/env node
import { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { addBenchCommand } from "./commands/bench.js";
import { addBulkCommand } from "./commands/bulk.js";
import { addConvertCommand } from "./commands/convert.js";
import { addEvaluateCommand } from "./commands/evaluate.js";
import { addInfoCommand } from "./commands/info.js";
import { addPredictCommand } from "./commands/predict.js";
import { addRankCommand } from "./commands/rank.js";
import { addServeCommand } from "./commands/serve.js";
import { addTokenizeCommand } from "./commands/tokenize.js";
import { reportError } from "./report-error.js";

const program = new Command("crossrank")
  .description("Rank documents by how well they answer a query, with a cross-encoder on this machine.")
  .version(packageJson.version)
  .exitOverride()
  .showHelpAfterError("Run it with --help for the usage.")
  .addHelpText(
    "after",
    `
Results go to standard output, everything else to standard error.
Exit status: 0 for success, 1 for a failure, 2 for wrong usage.
Set DEBUG=crossrank to see the stack of an error.

Example:
  crossrank rank "how do you find mass?" "Weigh it." "High Mass is sung."`,
  );

addRankCommand(program);
addPredictCommand(program);
addTokenizeCommand(program);
addInfoCommand(program);
addConvertCommand(program);
addEvaluateCommand(program);
addBenchCommand(program);
addServeCommand(program);
addBulkCommand(program);

// A failed write rejects where it was made; without a listener it would be thrown here as well.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
}
