import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";

import { hashOfWeights, model, modelFiles, useHubModel, weightsHash } from "../../helpers/hub-model.js";
import { commitOne, commitTwo, firstTimes, refuse, type SeenRequest } from "../../helpers/loopback-hub.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const { hub, folder, home, cached, weightsBlob, download } = useHubModel();

describe("what the Hub refuses", () => {
  test.each<[string, string, string, () => unknown]>([
    ["no such model", "MODEL_NOT_FOUND", "Check the spelling", () => hub().repositories.delete(model)],
    [
      "a private model, without a token",
      "MODEL_NOT_FOUND",
      "for a private model set HF_TOKEN",
      () => hub().repositories.set(model, { files: modelFiles, commit: commitOne, token: "hf_right" }),
    ],
    [
      "a wrong token",
      "INVALID_TOKEN",
      "Invalid credentials",
      () => {
        vi.stubEnv("HF_TOKEN", "hf_wrong");
        hub().repositories.set(model, { files: modelFiles, commit: commitOne, token: "hf_right" });
      },
    ],
    [
      "a gated model",
      "MODEL_GATED",
      "authors must grant access",
      () => hub().repositories.set(model, { files: modelFiles, commit: commitOne, isGated: true }),
    ],
    [
      "a model that this account may not read",
      "ACCESS_DENIED",
      "Check that the account may read it",
      () => hub().disturbances.push((_, response) => (refuse(response, 403), true)),
    ],
    [
      "too many requests",
      "RATE_LIMITED",
      "takes no more requests",
      () => hub().disturbances.push((_, response) => (refuse(response, 429), true)),
    ],
    [
      "anything else",
      "DOWNLOAD_FAILED",
      "answered 400",
      () => hub().disturbances.push((_, response) => (refuse(response, 400), true)),
    ],
    [
      "a page that is no API",
      "DOWNLOAD_FAILED",
      "must answer as a Hub does",
      () => hub().disturbances.push((_, response) => (response.end("<html>Log in</html>"), true)),
    ],
    [
      "a model without safetensors",
      "MODEL_NOT_FOUND",
      "PyTorch's own format",
      () =>
        hub().repositories.set(model, {
          files: { "config.json": modelFiles["config.json"], "tokenizer.json": "{}", "pytorch_model.bin": "" },
          commit: commitOne,
        }),
    ],
  ])("%s is %s", async (_, code, remedy, disturb) => {
    disturb();
    const error = await thrownBy(() => download());
    expect(error.code).toBe(code);
    expect(error.message).toContain(remedy);
    expect(error.message).toContain(model);
    expect(error.details["model"]).toBe(model);
  });

  test("a revision that there is not is named", async () => {
    const error = await thrownBy(() => download({ revision: "no-such" }));
    expect(error.code).toBe("MODEL_NOT_FOUND");
    expect(error.message).toContain("must have the revision no-such");
    const commit = await thrownBy(() => download({ revision: commitTwo }));
    expect(commit.message).toContain(`must have the revision ${commitTwo}`);
  });

  test("a file that is listed and not there is named", async () => {
    hub().disturbances.push(({ path }, response) => {
      if (!path.endsWith("/tokenizer.json")) return false;
      refuse(response, 404, "EntryNotFound");
      return true;
    });
    const error = await thrownBy(() => download());
    expect(error.code).toBe("MODEL_NOT_FOUND");
    expect(error.details["missing"]).toEqual(["tokenizer.json"]);
  });

  test("what is not cached and must not be downloaded is named", async () => {
    const nothing = await thrownBy(() => download({ localFilesOnly: true }));
    expect(nothing.code).toBe("MODEL_NOT_CACHED");
    await download();
    await rm(weightsBlob());
    const partial = await thrownBy(() => download({ localFilesOnly: true }));
    expect(partial.code).toBe("MODEL_NOT_CACHED");
    expect(partial.details["missing"]).toEqual(["model.safetensors"]);
    expect(hub().seen.filter(({ path }) => path.includes("revision"))).toHaveLength(1);
  });

  test("a Hub that is not there is named with what to do", async () => {
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    const error = await thrownBy(() => download());
    expect(error.code).toBe("HUB_UNREACHABLE");
    expect(error.message).toMatch(/127\.0\.0\.1:9 could not be reached.*localFilesOnly/);
  });

  test.each(["", "..", "a/../../b", "/a", "a:b", "a b", "a\\b", ".git"])(
    "the revision %j is refused",
    async (revision) => {
      expect((await thrownBy(() => download({ revision }))).code).toBe("INVALID_OPTIONS");
      expect(hub().seen).toEqual([]);
    },
  );
});

describe("the token", () => {
  const token = "hf_right";
  const withToken = () => hub().repositories.set(model, { files: modelFiles, commit: commitOne, token });
  const sentTo = (host: SeenRequest["host"]) =>
    new Set(hub().seen.flatMap((seen) => (seen.host === host ? [seen.authorization] : [])));

  test("goes to the Hub, and not to the host of the files", async () => {
    withToken();
    await download({ token });
    expect(sentTo("hub")).toEqual(new Set([`Bearer ${token}`]));
    expect(sentTo("files")).toEqual(new Set([undefined]));
  });

  test("is taken from HF_TOKEN, or the file in HF_HOME, or not at all", async () => {
    withToken();
    await mkdir(home());
    await writeFile(join(home(), "token"), `${token}\n`);
    await download({ cacheDir: join(folder(), "a") });
    vi.stubEnv("HF_TOKEN", "hf_wrong");
    expect((await thrownBy(() => download())).code).toBe("INVALID_TOKEN");
    expect((await thrownBy(() => download({ token: false }))).code).toBe("MODEL_NOT_FOUND");
  });

  test("is in no error", async () => {
    withToken();
    const secret = "hf_do_not_show";
    hub().disturbances.push((_, response) => (refuse(response, 401, undefined, `no ${secret} known`), true));
    const error = await thrownBy(() => download({ token: secret }));
    expect(error.code).toBe("INVALID_TOKEN");
    expect(error.message).toContain("no *** known");
    const broken = await thrownBy(() => download({ token: `${secret} \u0001` }));
    expect(broken.code).toBe("INVALID_OPTIONS");
    for (const each of [error, broken])
      expect(JSON.stringify([each.message, each.details, each.stack])).not.toContain(secret);
  });
});

describe("a failure that passes", () => {
  test("of the Hub is tried again, and no file is taken for missing", async () => {
    hub().disturbances.push(
      firstTimes(1, "/revision/", (response) => refuse(response, 503)),
      firstTimes(1, "/tree/", (response) => refuse(response, 500)),
      firstTimes(2, "tokenizer_config.json", (response) => refuse(response, 502)),
    );
    expect(await readdir(await download())).toContain("tokenizer_config.json");
  });

  test("of too many requests waits as long as the Hub says", async () => {
    hub().disturbances.push(
      firstTimes(1, "/revision/", (response) => {
        response.setHeader("retry-after", "0.2");
        refuse(response, 429);
      }),
    );
    const start = performance.now();
    await download();
    expect(performance.now() - start).toBeGreaterThan(195);
  });

  test("is not waited for if the Hub says that it will take long", async () => {
    hub().disturbances.push((_, response) => {
      response.setHeader("ratelimit", '"api";r=0;t=250');
      refuse(response, 429);
      return true;
    });
    const error = await thrownBy(() => download());
    expect(error.code).toBe("RATE_LIMITED");
    expect(error.details["retryAfterMs"]).toBe(250_000);
    expect(error.message).toContain("Try again in 250 s");
    expect(hub().seen).toHaveLength(1);
  });

  test("that lasts is an error, and the next call goes on where it broke off", async () => {
    const content = modelFiles["model.safetensors"];
    let start = 0;
    hub().disturbances.push(({ host }, response) => {
      if (host !== "files") return false;
      response.setHeader("content-length", content.length - start);
      response.setHeader("content-range", `bytes ${start}-${content.length - 1}/${content.length}`);
      response.writeHead(start === 0 ? 200 : 206);
      response.write(content.subarray(start, start + 10_000), () => setTimeout(() => response.destroy(), 20));
      start += 10_000;
      return true;
    });
    const error = await thrownBy(() => download());
    expect(error.code).toBe("HUB_UNREACHABLE");
    expect(error.message).toContain("broke off");
    expect(error.message).not.toContain("secret");
    expect(
      hub()
        .downloadsOf("model.safetensors")
        .map(({ range }) => range),
    ).toEqual([undefined, "bytes=10000-", "bytes=20000-", "bytes=30000-"]);
    expect(await readdir(await snapshotOf())).not.toContain("model.safetensors");
    hub().disturbances = [];
    const snapshot = await download();
    expect(hub().downloadsOf("model.safetensors").at(-1)?.range).toBe("bytes=40000-");
    expect(await hashOfWeights(snapshot)).toBe(weightsHash);
  });

  const snapshotOf = async () => cached("snapshots", commitOne);
});
