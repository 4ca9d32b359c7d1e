import { InvalidArgumentError } from "commander";

/** The value of an option that is a whole number above zero, and below a thousand million. */
export const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It is a whole number above zero.");
  return Number(text);
};

/** The value of an option that says how many are done at once. */
export const concurrency = (text: string): number => {
  const count = wholeNumber(text);
  if (count > 64) throw new InvalidArgumentError("It is 64 at most.");
  return count;
};
