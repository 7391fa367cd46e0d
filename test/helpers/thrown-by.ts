import { CrossrankError } from "../../src/errors/index.js";

/** The crossrank error that `action` throws or rejects with; fails the test on any other outcome. */
export async function thrownBy(action: () => unknown): Promise<CrossrankError> {
  try {
    await action();
  } catch (error) {
    if (CrossrankError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("expected a CrossrankError, but nothing was thrown");
}

/** The crossrank errors that calls reject with, in their order; fails the test if one does not. */
export function allThrownBy(calls: readonly Promise<unknown>[]): Promise<CrossrankError[]> {
  return Promise.all(calls.map((call) => thrownBy(() => call)));
}
