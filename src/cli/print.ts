/**
 * Writes to standard output. Waiting for it holds the writer back when the reader is slow.
 *
 * @throws The system's error, such as EPIPE if the reader has left.
 */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Columns of the terminal that standard output is; unlimited where it is none. */
export function outputWidth(): number {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : Infinity;
}
