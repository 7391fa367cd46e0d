/** Pieces of messages about things that a file names. A file may name anything, at any length. */
import { inspect } from "node:util";

/** A name in quotes, with control characters escaped. */
export function quote(name: string): string {
  return shorten(JSON.stringify(name));
}

/** @example listNames(["a", "b", "c", "d", "e", "f"]) //=> '"a", "b", "c", "d", "e" and 1 more' */
export function listNames(names: readonly string[], show = quote): string {
  const maxShown = 5;
  const shown = names.slice(0, maxShown).map(show).join(", ");
  return names.length <= maxShown ? shown : `${shown} and ${names.length - maxShown} more`;
}

/** @example showShape([2304, 768]) //=> "[2304, 768]" */
export function showShape(shape: readonly number[]): string {
  return shorten(`[${shape.join(", ")}]`);
}

/** A parsed JSON value, without what is nested deeper than one level. */
export function showValue(value: unknown): string {
  return typeof value === "string" ? quote(value) : shorten(inspect(value, { depth: 0, breakLength: Infinity }));
}

export function shorten(text: string): string {
  const maxLength = 200;
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}
