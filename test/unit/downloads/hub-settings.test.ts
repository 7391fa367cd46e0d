import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

import { findToken, resolveHubSettings } from "../../../src/downloads/hub-settings.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const temporaryFolder = useTemporaryFolder();

describe("the cache", () => {
  const home = join(homedir(), ".cache", "huggingface", "hub");

  test.each<[string, Record<string, string>]>([
    [home, {}],
    [home, { HF_HUB_CACHE: "", HF_HOME: "", XDG_CACHE_HOME: "" }],
    ["/xdg/huggingface/hub", { XDG_CACHE_HOME: "/xdg" }],
    ["/home/hub", { HF_HOME: "/home", XDG_CACHE_HOME: "/xdg" }],
    [join(homedir(), "hf", "hub"), { HF_HOME: "~/hf" }],
    ["/old", { HUGGINGFACE_HUB_CACHE: "/old", HF_HOME: "/home" }],
    ["/cache", { HF_HUB_CACHE: "/cache", HUGGINGFACE_HUB_CACHE: "/old" }],
    ["/st", { SENTENCE_TRANSFORMERS_HOME: "/st", HF_HUB_CACHE: "/cache" }],
  ])("is %s for %j", (cacheDir, environment) => {
    expect(resolveHubSettings({}, environment).cacheDir).toBe(resolve(cacheDir));
  });

  test("is what the option says, before any variable", () => {
    expect(resolveHubSettings({ cacheDir: "here" }, { SENTENCE_TRANSFORMERS_HOME: "/st" }).cacheDir).toBe(
      resolve("here"),
    );
  });
});

describe("the endpoint", () => {
  test.each([
    [undefined, "https://huggingface.co"],
    ["", "https://huggingface.co"],
    ["http://127.0.0.1:80/hub//", "http://127.0.0.1:80/hub"],
  ])("for %j is %s", (HF_ENDPOINT, endpoint) => {
    expect(resolveHubSettings({}, { HF_ENDPOINT }).endpoint).toBe(endpoint);
  });

  test.each(["huggingface.co", "ftp://hub", "https://name:secret@hub"])(
    "is refused if it is %s",
    async (HF_ENDPOINT) => {
      const error = await thrownBy(() => resolveHubSettings({}, { HF_ENDPOINT }));
      expect(error.code).toBe("INVALID_OPTIONS");
      expect(error.message).not.toContain("secret");
    },
  );
});

test.each([
  ["1", true],
  ["on", true],
  ["Yes", true],
  ["TRUE", true],
  ["0", false],
  ["", false],
  [undefined, false],
])("HF_HUB_OFFLINE=%s is %s", (HF_HUB_OFFLINE, isOffline) => {
  expect(resolveHubSettings({}, { HF_HUB_OFFLINE }).isOffline).toBe(isOffline);
  expect(resolveHubSettings({ localFilesOnly: !isOffline }, { HF_HUB_OFFLINE }).isOffline).toBe(!isOffline);
});

describe("the token", () => {
  test("is the option's, else the variable's, else that of a file, else none", async () => {
    const home = temporaryFolder();
    await mkdir(join(home, "elsewhere"));
    await writeFile(join(home, "token"), " of-home \n");
    await writeFile(join(home, "elsewhere", "token"), "of-path");
    const environment = { HF_HOME: home, HF_TOKEN_PATH: join(home, "elsewhere", "token"), HF_TOKEN: "of-variable" };
    expect(await findToken("of-option", environment)).toBe("of-option");
    expect(await findToken(undefined, environment)).toBe("of-variable");
    expect(await findToken(undefined, { ...environment, HF_TOKEN: "" })).toBe("of-path");
    expect(await findToken(undefined, { HF_HOME: home })).toBe("of-home");
    expect(await findToken(undefined, { HF_HOME: join(home, "elsewhere", "none") })).toBeUndefined();
    expect(await findToken(false, environment)).toBeUndefined();
  });

  test.each(["two words", "tök", "a\u0000b"])("that cannot be one is refused, and not shown", async (token) => {
    const error = await thrownBy(() => findToken(token, {}));
    expect(error.code).toBe("INVALID_OPTIONS");
    expect(error.message).not.toContain(token);
  });
});
