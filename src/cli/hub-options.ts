import type { Command } from "commander";
import type { HubOptions } from "../index.js";
import { pick } from "./pick.js";
import { startProgressBar, type ProgressBar } from "./progress-bar.js";

/** Where the model comes from. The access token is the environment's: a command line is for all to see. */
export type HubFlags = Pick<HubOptions, "revision" | "localFilesOnly" | "cacheDir">;

export function addHubOptions(command: Command): Command {
  return command
    .option("--revision <name>", "branch, tag or commit of a model on the Hub (default: main)")
    .option("--local-files-only", "load from the cache, and do not connect to the Hub")
    .option("--cache-dir <folder>", "the Hub's cache (default: that of Python's huggingface_hub)");
}

/** Loads something that may have to be downloaded, with a progress bar for that. */
export async function withDownloadBar<Result>(
  flags: HubFlags,
  load: (options: HubOptions) => Promise<Result>,
): Promise<Result> {
  using bar: ProgressBar = await startProgressBar(1, "MB");
  return await load({
    ...pick(flags, ["revision", "localFilesOnly", "cacheDir"]),
    onProgress: ({ modelLoaded, modelTotal }) => bar.update(modelLoaded / modelTotal, Math.round(modelLoaded / 1e6)),
  });
}
