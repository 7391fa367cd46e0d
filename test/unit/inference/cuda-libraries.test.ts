import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { findMissingLibrary } from "../../../src/inference/cuda-libraries.js";
import { useTemporaryFolder } from "../../helpers/temporary-folder.js";

const folder = useTemporaryFolder();
const names = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];

async function install(count = names.length): Promise<void> {
  for (const name of names.slice(0, count)) await writeFile(join(folder(), name), "");
}

/** The system's loader, of which the second library asks too much. */
function failWith(message: string): (path: string) => void {
  return (path) => {
    throw new Error(path.endsWith("_cuda.so") ? message : `Module did not self-register: '${path}'.`);
  };
}

test.each(names)("names the runtime's own %s where it is not installed", async (name) => {
  await install(names.indexOf(name));
  expect(findMissingLibrary(folder())).toEqual({ name, isOfRuntime: true });
});

test.each([
  ["libcublasLt.so.12: cannot open shared object file: No such file or directory", "libcublasLt.so.12"],
  ["libcudnn.so.9: cannot open shared object file: No such file or directory", "libcudnn.so.9"],
  ["Error loading shared library libcufft.so.11: No such file or directory (needed by /a/b.so)", "libcufft.so.11"],
])("names the library in %j", async (message, name) => {
  await install();
  expect(findMissingLibrary(folder(), failWith(message))).toEqual({ name, isOfRuntime: false });
});

test.each(["Module did not self-register", "/a/b.so: file too short"])("finds none in %j", async (message) => {
  await install();
  expect(findMissingLibrary(folder(), failWith(message))).toBeUndefined();
});

test.skipIf(process.platform !== "linux")(
  "asks the system's loader, and survives files that are no libraries",
  async () => {
    await install();
    expect(findMissingLibrary(folder())).toBeUndefined();
  },
);
