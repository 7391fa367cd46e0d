import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";

/** A library without which CUDA cannot be used. */
export interface MissingLibrary {
  name: string;
  /** Whether it is part of onnxruntime-node, rather than of CUDA or cuDNN. */
  isOfRuntime: boolean;
}

/** In the order in which ONNX Runtime loads them. */
const providerNames = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];

/**
 * Finds the library that kept ONNX Runtime from loading its CUDA provider, by loading the same files in the same order:
 * the runtime's own error does not name it.
 *
 * @param folder - Where onnxruntime-node's libraries lie.
 * @param load - Loads a library; throws the system's error. Another than the system's loader is for tests.
 * @returns `undefined` if none is missing, or the system does not say which.
 */
export function findMissingLibrary(
  folder: string,
  load: (path: string) => void = loadLibrary,
): MissingLibrary | undefined {
  for (const name of providerNames) {
    if (!existsSync(join(folder, name))) return { name, isOfRuntime: true };
  }
  for (const name of providerNames) {
    const missing = missingLibraryIn(errorOf(() => load(join(folder, name))));
    if (missing !== undefined) return { name: missing, isOfRuntime: false };
  }
  return undefined;
}

/** It is made for addons, and complains of every other library once that is loaded. */
function loadLibrary(path: string): void {
  process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_LAZY);
}

function errorOf(action: () => void): string {
  try {
    action();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** The loader of glibc and musl: `libcublasLt.so.12: cannot open shared object file: No such file or directory`. */
function missingLibraryIn(message: string): string | undefined {
  return /(?:^|\s)(\S+\.so[.\d]*): (?:cannot open shared object file|No such file)/.exec(message)?.[1];
}
