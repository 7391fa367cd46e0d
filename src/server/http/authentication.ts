import { createHash, timingSafeEqual } from "node:crypto";
import { UnauthorizedError } from "../../errors/index.js";

/**
 * Makes a check of `Authorization: Bearer KEY`.
 *
 * Digests are compared, in constant time and with every key, so that neither length nor place of a difference shows.
 *
 * @param keys - Without any, every request passes.
 * @returns A function that throws an {@link UnauthorizedError} for a header without one of the keys.
 */
export function createAuthentication(keys: readonly string[]): (header: string | undefined) => void {
  const digests = keys.map(digest);
  return (header) => {
    if (digests.length === 0) return;
    const given = digest(/^Bearer +(.+)$/i.exec(header ?? "")?.[1]?.trim() ?? "");
    const matches = digests.filter((expected) => timingSafeEqual(expected, given));
    if (matches.length > 0) return;
    throw new UnauthorizedError(
      `The request must have one of the server's keys, as "Authorization: Bearer KEY", but has ` +
        `${header === undefined ? "none" : "another"}.`,
    );
  };
}

function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
