import type { z } from "zod";

/** Fields that a message names; a damaged file may have as many bad ones as it has fields. */
const maxShown = 5;

/** What does not fit a schema: place and reason of each, as `size: expected number`. */
export function listIssues(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`);
}

/** The first of {@link listIssues}, for a message. */
export function describeIssues(error: z.ZodError): string {
  const issues = listIssues(error);
  const shown = issues.slice(0, maxShown).join("; ");
  return issues.length <= maxShown ? shown : `${shown}; and ${issues.length - maxShown} more`;
}
