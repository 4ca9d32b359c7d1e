import { expect, test } from "vitest";
import { chaosOptions } from "./options.ts";

test("two minutes at ten posts a second, with a seed of its own, is what nobody has to ask for", () => {
  expect(chaosOptions([], 42)).toEqual({ seconds: 120, rate: 10, seed: 42, keep: false, help: false });
});

test("a seed that was printed is taken again", () => {
  expect(chaosOptions(["--seed", "7", "--seconds", "30"], 42)).toMatchObject({ seed: 7, seconds: 30 });
});

test.each([
  { args: ["--seconds", "5"], sentence: "--seconds must be a whole number from 10 to 1800." },
  { args: ["--rate", "many"], sentence: "--rate must be a whole number from 1 to 50." },
])("$args is refused with a sentence", ({ args, sentence }) => {
  expect(() => chaosOptions(args, 0)).toThrow(sentence);
});
