/** A worker thread that can be asked to end itself. */
export interface EndableThread {
  /** Shared with the thread, which makes it 1 at its end. */
  hasExited: Int32Array<SharedArrayBuffer>;
  /** Asks the thread to end itself once the model is not running. */
  end(): void;
}

/** Longer than a micro-batch of usual size takes; a process must end some time. */
const maxWaitMs = 10_000;

const threads = new Set<EndableThread>();

/**
 * Makes the process wait, when it ends, until a thread has ended itself.
 *
 * Node.js terminates threads wherever they are, and one inside `session.run()` would then abort the process
 * (onnxruntime-node 1.30), whatever its exit code was to be.
 *
 * @param exited - Settles when the thread has ended.
 */
export async function endBeforeProcess(thread: EndableThread, exited: Promise<void>): Promise<void> {
  if (threads.size === 0) process.on("exit", endAll);
  threads.add(thread);
  await exited;
  threads.delete(thread);
  if (threads.size === 0) process.off("exit", endAll);
}

function endAll(): void {
  for (const thread of threads) thread.end();
  const deadline = Date.now() + maxWaitMs;
  for (const { hasExited } of threads) Atomics.wait(hasExited, 0, 0, Math.max(0, deadline - Date.now()));
}
