import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { InvalidOptionsError } from "../errors/index.js";
import type { GivenHubOptions, HubOptions } from "./hub-options.js";

/** Where the Hub and its cache are, once options and environment are put together. */
export interface HubSettings {
  /** Without a slash at the end. */
  endpoint: string;
  /** Absolute. */
  cacheDir: string;
  isOffline: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const publicEndpoint = "https://huggingface.co";

/**
 * Puts options and the variables of huggingface_hub and sentence-transformers together; an option wins. An empty
 * variable counts as none.
 *
 * @throws {InvalidOptionsError} If `HF_ENDPOINT` is no web address.
 * @see https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
 */
export function resolveHubSettings(options: GivenHubOptions, environment: Environment = process.env): HubSettings {
  return {
    endpoint: checkEndpoint(environment["HF_ENDPOINT"] || publicEndpoint),
    cacheDir: resolve(
      expandHome(
        options.cacheDir ||
          environment["SENTENCE_TRANSFORMERS_HOME"] ||
          environment["HF_HUB_CACHE"] ||
          environment["HUGGINGFACE_HUB_CACHE"] ||
          join(hubHome(environment), "hub"),
      ),
    ),
    isOffline: options.localFilesOnly ?? isTrue(environment["HF_HUB_OFFLINE"]),
  };
}

/**
 * Finds the access token.
 *
 * @returns `undefined` if there is none.
 * @throws {InvalidOptionsError} If it cannot be one; the message does not hold it.
 */
export async function findToken(
  option: HubOptions["token"],
  environment: Environment = process.env,
): Promise<string | undefined> {
  if (option === false) return undefined;
  const given = option || environment["HF_TOKEN"] || environment["HUGGING_FACE_HUB_TOKEN"];
  const token = (given ?? (await readTokenFile(environment)))?.trim();
  if (!token) return undefined;
  // Checked here, since fetch would quote in its message what it does not take for a header.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new InvalidOptionsError(
    "The access token must be one word of ASCII characters, and is not. Check the option token, HF_TOKEN, or the " +
      "file that HF_TOKEN_PATH names.",
  );
}

async function readTokenFile(environment: Environment): Promise<string | undefined> {
  const path = environment["HF_TOKEN_PATH"] || join(hubHome(environment), "token");
  return readFile(expandHome(path), "utf8").catch(() => undefined);
}

function hubHome(environment: Environment): string {
  const caches = environment["XDG_CACHE_HOME"] || join("~", ".cache");
  return environment["HF_HOME"] || join(caches, "huggingface");
}

function expandHome(path: string): string {
  return path.replace(/^~(?=$|[/\\])/, () => homedir());
}

function isTrue(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? "");
}

function checkEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") {
    return endpoint.replace(/\/+$/, "");
  }
  // Not quoted: what is wrong with it may be that it holds a password.
  throw new InvalidOptionsError(
    "HF_ENDPOINT must be the address of a Hub such as https://huggingface.co, without a user name, and is not.",
  );
}
