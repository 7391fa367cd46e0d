/** Who owns a model that is named without an owner, as in sentence-transformers. */
const defaultOwner = "cross-encoder";

/** What the Hub allows in both parts of an id. */
const partPattern = /^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?$/;
const maxPartLength = 96;

/**
 * Reads the id of a model on the Hub: `owner/name`, or `name` for one of `cross-encoder`.
 *
 * @returns `undefined` if the text can only be a path.
 */
export function parseModelId(text: string): string | undefined {
  const parts = text.split("/");
  if (parts.length > 2 || !parts.every(isPart)) return undefined;
  return parts.length === 1 ? `${defaultOwner}/${text}` : text;
}

function isPart(part: string): boolean {
  return partPattern.test(part) && part.length <= maxPartLength && !/--|\.\./.test(part) && !part.endsWith(".git");
}
