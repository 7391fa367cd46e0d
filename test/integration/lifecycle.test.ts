import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CrossEncoder, CrossrankError } from "crossrank";
import { describe, expect, test } from "vitest";

const folder = "test/fixtures/tiny-reranker";

/** Runs a program that uses the package, and waits for it to end by itself. */
async function runProgram(body: string): Promise<{ stdout: string; stderr: string }> {
  const program = `import { CrossEncoder } from "crossrank";\n${body}`;
  return promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], { timeout: 20_000 });
}

test("an encoder knows what it was loaded from", async () => {
  await using model = await CrossEncoder.fromPretrained(folder);
  expect(model.modelId).toBe(folder);
  expect(model.device).toBe("cpu");
  expect(model.dtype).toBe("fp32");
  expect(model.id2label).toEqual({ 0: "LABEL_0" });
  expect(model.info).toMatchObject({ architecture: "ModernBertForSequenceClassification", weightTypes: ["F32"] });
});

test("calls after dispose are refused, and disposing twice is fine", async () => {
  const model = await CrossEncoder.fromPretrained(folder);
  await model.dispose();
  await model.dispose();
  expect(model.disposed).toBe(true);
  await expect(model.rank("a", ["b"])).rejects.toMatchObject({ code: "DISPOSED" });
  await expect(model.predict(["a", "b"])).rejects.toMatchObject({ code: "DISPOSED" });
  await expect(model.tokenize([["a", "b"]])).rejects.toMatchObject({ code: "DISPOSED" });
});

test("dispose rejects the calls that are running", async () => {
  const model = await CrossEncoder.fromPretrained(folder);
  const running = model.rank("a", Array<string>(500).fill("some words ".repeat(20)));
  const outcome = running.catch((error: unknown) => error);
  await model.dispose();
  expect(CrossrankError.isInstance(await outcome)).toBe(true);
  expect(await outcome).toMatchObject({ code: "DISPOSED" });
});

test("a process that forgot to dispose still exits", async () => {
  const { stdout, stderr } = await runProgram(`
    const model = await CrossEncoder.fromPretrained("${folder}");
    console.log((await model.rank("a", ["b", "c"])).length);
  `);
  expect(stdout).toBe("2\n");
  expect(stderr).toBe("");
});

test("a process with a call under way stays until the call has ended", async () => {
  const { stdout } = await runProgram(`
    CrossEncoder.fromPretrained("${folder}")
      .then((model) => model.rank("a", Array(200).fill("some words")))
      .then((ranking) => console.log(ranking.length));
  `);
  expect(stdout).toBe("200\n");
});

test("a process that calls process.exit in the middle of a call exits with its code", async () => {
  const program = runProgram(`
    const model = await CrossEncoder.fromPretrained("${folder}");
    void model.rank("a", Array(5000).fill("some words ".repeat(30))).catch(() => {});
    setTimeout(() => process.exit(7), 100);
  `);
  await expect(program).rejects.toMatchObject({ code: 7, signal: null });
});

test("several encoders live side by side", async () => {
  await using first = await CrossEncoder.fromPretrained(folder);
  await using second = await CrossEncoder.fromPretrained("test/fixtures/tiny-nli");
  const [score, scores] = await Promise.all([first.predict(["a", "b"]), second.predict<Float32Array>(["a", "b"])]);
  expect(typeof score).toBe("number");
  expect(scores).toHaveLength(3);
});

test("aborting a load rejects with the signal's reason", async () => {
  const controller = new AbortController();
  const loading = CrossEncoder.fromPretrained(folder, { signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await expect(loading).rejects.toThrow("changed my mind");
});

describe("while the model is running", () => {
  /** Starts a call that takes seconds, and does something a few milliseconds into one of its micro-batches. */
  const inTheMiddle = (action: string) => `
    const model = await CrossEncoder.fromPretrained();
    const documents = Array(600).fill("some words of mass and weight ".repeat(12));
    const controller = new AbortController();
    let batches = 0;
    const act = () => { ${action} };
    const onProgress = () => (++batches === 3 ? setTimeout(act, 3) : undefined);
    const call = model.rank("how do you find mass?", documents, { onProgress, signal: controller.signal });
    await call.catch(({ code, message }) => console.log(code ?? message));
  `;

  test("dispose rejects the call and leaves the process as it is", async () => {
    const { stdout, stderr } = await runProgram(inTheMiddle(`model.dispose().then(() => console.log("disposed"));`));
    expect({ stdout, stderr }).toEqual({ stdout: "DISPOSED\ndisposed\n", stderr: "" });
  });

  test("a process that calls process.exit exits with its code", async () => {
    await expect(runProgram(inTheMiddle("process.exit(7);"))).rejects.toMatchObject({
      code: 7,
      signal: null,
      stderr: "",
    });
  });

  test("a process whose call is aborted ends by itself", async () => {
    const { stdout, stderr } = await runProgram(inTheMiddle(`controller.abort(new Error("enough"));`));
    expect({ stdout, stderr }).toEqual({ stdout: "enough\n", stderr: "" });
  });
});
