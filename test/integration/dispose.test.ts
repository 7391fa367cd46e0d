import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("disposing in the middle of a micro-batch, also twice, does not end the process", async () => {
  const program = `
    import { CrossEncoder } from "crossrank";
    for (let delay = 0; delay < 20; delay += 4) {
      const model = await CrossEncoder.fromPretrained();
      const onTokenized = () => setTimeout(() => void model.dispose(), delay);
      console.log(await model.rank("q", Array(100).fill("word ".repeat(100)), { onTokenized }).catch(({ code }) => code));
      await model.dispose();
    }
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  expect(stdout).toBe("DISPOSED\n".repeat(5));
});
