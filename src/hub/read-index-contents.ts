import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isInnerPath } from "../downloads/index.js";
import { modulesName, shardIndexName } from "./file-names.js";
import type { IndexContents } from "./needed-files.js";

const modulesSchema = z.array(z.looseObject({ path: z.string() }));
const shardIndexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/**
 * Reads which other files a folder's index files name.
 *
 * A file that is not there names none, and neither does a broken one: that is an error of the loader's, who can say more.
 */
export async function readIndexContents(folder: string): Promise<Omit<IndexContents, "canBuild">> {
  const modules = await readLoosely(join(folder, modulesName), modulesSchema);
  const index = await readLoosely(join(folder, shardIndexName), shardIndexSchema);
  const paths = (modules ?? []).map(({ path }) => path.replace(/\/+$/, ""));
  return {
    modulePaths: paths.filter((path) => path === "" || isInnerPath(path)),
    shards: [...new Set(Object.values(index?.weight_map ?? {}))].filter((name) => isInnerPath(name)),
  };
}

async function readLoosely<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const text = await readFile(path, "utf8").catch(() => "null");
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
