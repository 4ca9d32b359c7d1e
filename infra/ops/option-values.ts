import { InvalidArgumentError } from "commander";

/** The value of an option that is a whole number above zero, and below a thousand million. */
export const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It is a whole number above zero.");
  return Number(text);
};
