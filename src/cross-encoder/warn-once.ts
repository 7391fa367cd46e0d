const said = new Set<string>();

/** Emits a process warning, unless the process has had the same. */
export function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  process.emitWarning(message, { type: "CrossrankWarning" });
}
