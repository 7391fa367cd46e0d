import { link, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { requireOutput } from "../../../src/cli/require-output.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";
import { thrownBy } from "../../helpers/thrown-by.js";

const folder = useTemporaryFolder();
const at = (name: string) => join(folder(), name);
const check = (path: string, inputs: readonly string[] = []) => requireOutput(path, { flag: "--output", inputs });

describe("an output", () => {
  test("may be new, there already, or no regular file", async () => {
    await writeFile(at("old"), "");
    await check(at("new"), [at("old"), "-", at("absent")]);
    await check(at("old"), [at("new")]);
    await check("/dev/null", ["/dev/null"]);
  });

  test("is not what is read, by whatever name", async () => {
    await writeFile(at("pairs"), "");
    await symlink(at("pairs"), at("symbolic"));
    await link(at("pairs"), at("hard"));
    for (const name of ["pairs", "symbolic", "hard"]) {
      const error = await thrownBy(() => check(at(name), [at("pairs")]));
      expect(error.message).toContain(`${at(name)} is what is read`);
    }
  });

  test("is no folder, and in none that is not there", async () => {
    await mkdir(at("sub"));
    expect((await thrownBy(() => check(at("sub")))).message).toContain("is a folder");
    const error = await thrownBy(() => check(at("nowhere/scores")));
    expect(error).toMatchObject({ code: "INVALID_OPTIONS", details: { path: at("nowhere/scores") } });
    expect(error.message).toContain(`there is no folder ${at("nowhere")}`);
  });
});
