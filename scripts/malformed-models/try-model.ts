import { rm } from "node:fs/promises";
import { inspect } from "node:util";
import { CrossEncoder, CrossrankError } from "crossrank";
import type { MalformedModel } from "./malformed-model.js";

/** How the library took a malformed model. */
export interface Outcome {
  name: string;
  /** Absent for an error that is not crossrank's, and for none. */
  code: string | undefined;
  message: string;
  milliseconds: number;
  /** The most memory that the process has held so far. */
  peakMegabytes: number;
  /** What is bad about it; absent for a refusal as it should be. */
  complaint: string | undefined;
}

/** Longer messages would let a hostile file fill an application's log. */
const maxMessageLength = 2000;

/** Writes a model, loads it, scores a pair with it should that succeed, and removes it. */
export async function tryModel(model: MalformedModel, folder: string): Promise<Outcome> {
  await model.write(folder);
  const start = performance.now();
  const error = await load(folder);
  const outcome = {
    name: model.name,
    ...describe(error),
    milliseconds: Math.round(performance.now() - start),
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  await rm(folder, { recursive: true, force: true });
  const complaint = complain(model, error, outcome);
  return { ...outcome, complaint };
}

async function load(folder: string): Promise<unknown> {
  try {
    await using model = await CrossEncoder.fromPretrained(folder);
    await model.predict(["how do you find mass?", "Divide the weight by gravity."]);
    return undefined;
  } catch (error) {
    return error;
  }
}

function describe(error: unknown): Pick<Outcome, "code" | "message"> {
  if (CrossrankError.isInstance(error)) return { code: error.code, message: error.message };
  return { code: undefined, message: error === undefined ? "" : inspect(error) };
}

function complain(
  { code, culprit }: MalformedModel,
  error: unknown,
  outcome: Omit<Outcome, "complaint">,
): string | undefined {
  if (error === undefined) return "it was accepted";
  if (outcome.code === undefined) return "the error is not crossrank's";
  if (outcome.code === "WORKER_CRASHED" || outcome.code === "INFERENCE_FAILED") return "it was found too late";
  if (code !== undefined && outcome.code !== code) return `the code must be ${code}`;
  if (!outcome.message.includes(culprit)) return `the message must name ${culprit}`;
  if (outcome.message.length > maxMessageLength) return `the message has ${outcome.message.length} characters`;
  return undefined;
}
