import { InvalidArgumentError } from "commander";
import { wholeNumber } from "../option-values.ts";

/** The value of an option that says how many are done at once. */
export const atOnce = (text: string): number => {
  const count = wholeNumber(text);
  if (count > 64) throw new InvalidArgumentError("It is 64 at most.");
  return count;
};
