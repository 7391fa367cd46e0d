import { InvalidArgumentError } from "commander";

/** A parser for an option that takes a whole number of at least `minimum`, in digits. */
export function wholeNumberFrom(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${minimum}.`);
  };
}
