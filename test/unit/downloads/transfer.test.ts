import { chmod, lstat, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { hashOfWeights, model, modelFiles, useHubModel, weightsHash } from "../../helpers/hub-model.js";
import { commitTwo, firstTimes, refuse } from "../../helpers/loopback-hub.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const { hub, folder, home, cached, weightsBlob, download } = useHubModel();

/** Sends this much of the weights, and then does what is said. */
function sendPart(bytes: number, then: (destroy: () => void) => void) {
  return firstTimes(1, "name/model.safetensors", (response) => {
    const content = modelFiles["model.safetensors"];
    response.setHeader("content-length", content.length);
    response.write(content.subarray(0, bytes), () => then(() => response.destroy()));
  });
}

describe("a transfer", () => {
  const weights = modelFiles["model.safetensors"];

  test("that is cut short goes on with the rest", async () => {
    hub().disturbances.push(sendPart(100_000, (destroy) => setTimeout(destroy, 20)));
    expect(await hashOfWeights(await download())).toBe(weightsHash);
    const ranges = hub()
      .downloadsOf("model.safetensors")
      .map(({ range }) => range);
    expect(ranges).toEqual([undefined, "bytes=100000-"]);
  });

  test("that stalls goes on with the rest", async () => {
    hub().disturbances.push(sendPart(100_000, () => undefined));
    expect(await hashOfWeights(await download())).toBe(weightsHash);
    expect(hub().downloadsOf("model.safetensors")[1]?.range).toBe("bytes=100000-");
  });

  test("whose answer never begins is tried again", async () => {
    hub().disturbances.push(firstTimes(1, "name/model.safetensors", () => undefined));
    expect(await hashOfWeights(await download())).toBe(weightsHash);
  });

  test("starts anew where ranges are not heeded", async () => {
    hub().heedsRanges = false;
    hub().disturbances.push(sendPart(100_000, (destroy) => setTimeout(destroy, 20)));
    expect(await hashOfWeights(await download())).toBe(weightsHash);
  });

  test.each([
    ["longer than the file", Buffer.alloc(400_000)],
    ["of other content", Buffer.alloc(1000)],
    ["of all bytes, that were never checked", weights],
  ])("does not trust what is left of an earlier one: %s", async (_, left) => {
    await mkdir(cached("blobs"), { recursive: true });
    await writeFile(`${weightsBlob()}.crossrank.incomplete`, left);
    expect(await hashOfWeights(await download())).toBe(weightsHash);
  });

  test.each([
    ["other content", Buffer.alloc(weights.length)],
    ["more bytes", Buffer.concat([weights, Buffer.from("more")])],
  ])("of %s is an error, and nothing of it is used", async (_, sent) => {
    hub().disturbances.push(({ host }, response) => {
      if (host === "files") response.end(sent);
      return host === "files";
    });
    const error = await thrownBy(() => download());
    expect(error.code).toBe("CHECKSUM_MISMATCH");
    expect(error.details).toMatchObject({ file: "model.safetensors", expected: weightsHash });
    await expect(lstat(weightsBlob())).rejects.toThrow("ENOENT");
    hub().disturbances = [];
    expect(await hashOfWeights(await download())).toBe(weightsHash);
  });

  test("of a small file with other content is an error", async () => {
    const other = " ".repeat(modelFiles["config.json"].length);
    hub().disturbances.push(firstTimes(1, "config.json", (response) => response.end(other)));
    expect((await thrownBy(() => download())).details["file"]).toBe("config.json");
  });

  test("whose address has expired gets a new one", async () => {
    hub().disturbances.push(firstTimes(1, "name/model.safetensors", (response) => refuse(response, 403)));
    const toFiles = hub().disturbances[0];
    hub().disturbances = [(seen, response) => seen.host === "files" && toFiles?.(seen, response) === true];
    expect(await hashOfWeights(await download())).toBe(weightsHash);
  });

  test.each([new Error("Enough."), "enough"])("ends when it is aborted: %s", async (reason) => {
    const controller = new AbortController();
    hub().disturbances.push(sendPart(1000, () => controller.abort(reason)));
    await expect(download({ signal: controller.signal })).rejects.toBe(reason);
    await expect(download({ signal: controller.signal })).rejects.toBe(reason);
    expect(await hashOfWeights(await download())).toBe(weightsHash);
  });

  test("is made once for two who want the model at once", async () => {
    hub().disturbances.push(sendPart(1000, (destroy) => setTimeout(destroy, 50)));
    const folders = await Promise.all([download(), download()]);
    expect(folders[0]).toBe(folders[1]);
    expect(hub().downloadsOf("model.safetensors")).toHaveLength(2);
    expect(await readdir(join(home(), "hub", ".locks", "models--owner--name"))).toEqual([]);
  });
});

describe("a cache that cannot be written to", () => {
  /** Root may write anywhere, so that it has to be another user for a while. */
  const asReader = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65534);
    try {
      return await action();
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  };
  const lock = async (path: string, mode: number) => {
    for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), mode);
    }
    await chmod(path, mode);
  };

  test.skipIf(process.platform === "win32")("is enough if it has everything, and else an error", async () => {
    const snapshot = await download();
    await lock(folder(), 0o555);
    try {
      expect(await asReader(() => download())).toBe(snapshot);
      hub().repositories.set(model, { files: { ...modelFiles, "config.json": "{}" }, commit: commitTwo });
      const error = await asReader(() => thrownBy(() => download()));
      expect(error.code).toBe("CACHE_UNAVAILABLE");
      expect(error.message).toMatch(/EACCES.*cacheDir or HF_HUB_CACHE/);
    } finally {
      await lock(folder(), 0o755);
    }
  });

  test.skipIf(process.platform !== "linux")("for want of room says so", async () => {
    await mkdir(cached("blobs"), { recursive: true });
    await symlink("/dev/full", `${weightsBlob()}.crossrank.incomplete`);
    const error = await thrownBy(() => download());
    expect(error.code).toBe("CACHE_UNAVAILABLE");
    expect(error.message).toMatch(/ENOSPC.*Make room/);
  });
});
