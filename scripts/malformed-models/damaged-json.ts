/** Damage that any JSON file can suffer. */

/** A JSON object; its members are whatever the file says. */
export type JsonObject = Record<string, unknown>;

/** Far beyond what a recursive reader survives. */
const deepNesting = 100_000;

const nestedLists = "[".repeat(deepNesting) + "]".repeat(deepNesting);

/** Bytes that are not JSON, or not an object, by what is wrong with them. */
export const brokenJson: readonly (readonly [flaw: string, spoil: (bytes: Buffer) => Buffer | string])[] = [
  ["empty", () => ""],
  ["blank", () => " \n\t "],
  ["text", () => "version https://git-lfs.github.com/spec/v1\n"],
  ["html", () => "<!doctype html><title>404</title>"],
  ["null", () => "null"],
  ["number", () => "42"],
  ["string", () => '"config"'],
  ["truncated", (bytes) => bytes.subarray(0, bytes.length / 2)],
  ["twice", (bytes) => Buffer.concat([bytes, bytes])],
  ["trailing-comma", (bytes) => bytes.toString().replace(/\}\s*$/, ",}")],
  ["nan-literal", (bytes) => bytes.toString().replace("{", '{"extra": NaN,')],
  ["byte-order-mark", (bytes) => `\u{feff}${bytes.toString()}`],
  ["utf16", (bytes) => Buffer.from(bytes.toString(), "utf16le")],
  ["nul-bytes", (bytes) => Buffer.concat([bytes, Buffer.alloc(64)])],
  ["zeroed", (bytes) => Buffer.alloc(bytes.length)],
  ["invalid-utf8", (bytes) => invalidUtf8(bytes)],
  ["open-brackets", () => "[".repeat(deepNesting)],
  ["deep-lists", () => nestedLists],
  ["deep-member", (bytes) => withMember(bytes, "extra", nestedLists)],
  ["deep-objects", (bytes) => withMember(bytes, "extra", '{"a":'.repeat(deepNesting) + "1" + "}".repeat(deepNesting))],
];

/** Of those, the ones that each reader of a file is worth trying with. */
export const telling: readonly string[] = [
  "empty",
  "null",
  "truncated",
  "byte-order-mark",
  "invalid-utf8",
  "open-brackets",
  "deep-lists",
];

/** Puts a member, given as JSON text, in front of an object's others. */
export function withMember(object: Buffer, key: string, json: string): string {
  return object.toString().replace("{", () => `{${JSON.stringify(key)}: ${json},`);
}

/** Sets a member of an object to a value given as JSON text, which may be one that no parsed value stands for: `1e999`. */
export function setField(bytes: Buffer, key: string, json: string): string {
  const placeholder = '"@placeholder@"';
  const object = { ...(JSON.parse(bytes.toString()) as JsonObject), [key]: "@placeholder@" };
  return JSON.stringify(object).replace(placeholder, () => json);
}

/** Changes a parsed object in place. */
export function editJson(change: (json: JsonObject) => unknown): (bytes: Buffer) => string {
  return (bytes) => {
    const json = JSON.parse(bytes.toString()) as JsonObject;
    change(json);
    return JSON.stringify(json);
  };
}

/** A member whose text is no UTF-8: a lone continuation byte. */
function invalidUtf8(bytes: Buffer): Buffer {
  const start = Buffer.from('{"extra": "');
  return Buffer.concat([start, Buffer.from([0x80]), Buffer.from('",'), bytes.subarray(1)]);
}
