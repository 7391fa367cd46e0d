/** Work that can be interrupted: it yields wherever other work may come between. */
export type Task = AsyncGenerator<void, void>;

/**
 * Runs tasks side by side, one step of each in turn, so that a short one never waits for a long one to end.
 *
 * Between steps the event loop runs, and with it whatever adds or drops tasks.
 */
export class FairScheduler {
  readonly #tasks = new Map<number, Task>();
  #isRunning = false;

  /** Adds a task under an id. It must handle its own errors. */
  add(id: number, task: Task): void {
    this.#tasks.set(id, task);
    if (!this.#isRunning) void this.#run();
  }

  /** Takes a task out after the step it is in. Unknown ids are ignored: the task may just have ended. */
  drop(id: number): void {
    this.#tasks.delete(id);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#tasks.size > 0) {
      // A map is iterated as it is at each step: tasks added meanwhile join the round, dropped ones are left out.
      for (const [id, task] of this.#tasks) {
        const step = await task.next();
        if (step.done) this.#tasks.delete(id);
        await nextTurn();
      }
    }
    this.#isRunning = false;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
