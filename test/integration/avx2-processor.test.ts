/**
 * int8 on a processor with AVX2 but without VNNI, whose products of uint8 and int8 saturate: QEMU's Haswell.
 *
 * Runs where QEMU's user mode is installed (Debian: qemu-user, at least 7.2, the first that has AVX2).
 */
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { tolerances } from "../golden/tolerances.js";
import { assertClose } from "../helpers/assert-close.js";
import { useTemporaryFolder } from "../helpers/temporary-folder.js";

const emulator = "qemu-x86_64";
const hasEmulator = process.arch === "x64" && spawnSync(emulator, ["--version"]).status === 0;

const folder = useTemporaryFolder();

const program = `
  import { CrossEncoder } from "crossrank";
  const model = await CrossEncoder.fromPretrained(undefined, { dtype: "int8", activationFn: "identity", threads: 1 });
  const pairs = ["Divide the weight by gravity.", "Paris is in France.", ""].map((text) => ["how do you find mass?", text]);
  console.log(JSON.stringify([...await model.predict(pairs)]));
  await model.dispose();
`;

describe.skipIf(!hasEmulator)("on a processor whose products saturate", () => {
  test("int8 gives the logits that it gives elsewhere", { timeout: 180_000 }, async () => {
    const node = [process.execPath, "--input-type=module", "--eval", program] as const;
    const [expected, actual] = [await logitsOf([...node]), await logitsOf([emulator, "-cpu", "Haswell", ...node])];
    assertClose(actual, expected, tolerances.logits);
    expect(actual).toHaveLength(3);
  });
});

async function logitsOf([command = "", ...args]: string[]): Promise<number[]> {
  const env = { ...process.env, CROSSRANK_CACHE: join(folder(), "cache") };
  const { stdout } = await promisify(execFile)(command, args, { env });
  return JSON.parse(stdout) as number[];
}
