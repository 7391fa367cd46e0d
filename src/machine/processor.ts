import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Instructions that quantized models are made for. */
export type ProcessorFeature = "avx2" | "avx512" | "avx512_vnni";

/** What kind of processor this is. */
export interface Processor {
  /** As Node.js names it: `"x64"`, `"arm64"` and others. */
  architecture: string;
  /** Empty where the system does not tell. */
  features: ReadonlySet<ProcessorFeature>;
}

/** Names of the features among the flags of Linux. */
const flags: Readonly<Record<ProcessorFeature, string>> = {
  avx2: "avx2",
  avx512: "avx512f",
  avx512_vnni: "avx512_vnni",
};

/**
 * Finds out what kind of processor this is. Only Linux tells a process the features; elsewhere there are none.
 *
 * @param options - Another place to read from, or another architecture than this, for tests.
 */
export function readProcessor({
  root = "/",
  architecture = process.arch,
}: { root?: string; architecture?: string } = {}): Processor {
  const present = new Set(/^flags\s*:(.*)$/m.exec(readText(join(root, "proc/cpuinfo")))?.[1]?.split(" "));
  const features = (Object.keys(flags) as ProcessorFeature[]).filter((feature) => present.has(flags[feature]));
  return { architecture, features: new Set(features) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
