/** Text as one line without control characters, so that it breaks neither a table nor the terminal. */
export function printable(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}
