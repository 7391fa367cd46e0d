import { existsSync } from "node:fs";

/** SwiftShader, a GPU in software, comes with Chromium; its driver is named to the Vulkan loader by such a file. */
const drivers = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/usr/lib64/chromium-browser/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
];

const loaders = ["/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "/usr/lib64/libvulkan.so.1", "/usr/lib/libvulkan.so.1"];

/** What a process needs in its environment to find SwiftShader; `undefined` where that or the Vulkan loader is missing. */
export function findSoftwareGpu(): { VK_ICD_FILENAMES: string } | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const driver = drivers.find((path) => existsSync(path));
  return driver !== undefined && loaders.some((path) => existsSync(path)) ? { VK_ICD_FILENAMES: driver } : undefined;
}

/** For the names of tests that are skipped. */
export const softwareGpuNeeds = "needs SwiftShader: on Debian, apt-get install chromium libvulkan1";
