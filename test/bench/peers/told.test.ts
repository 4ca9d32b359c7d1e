import { expect, test } from "vitest";
import { newMark } from "../pipeline/arrivals.ts";
import { rawContentOf, toldBy } from "./told.ts";

const rawContent = rawContentOf(newMark());
const ours = (content: string): string =>
  JSON.stringify({ notification: { id: "1", payload: { rawContent: content } } });
const theirs = (content: string): string => JSON.stringify({ id: "1", rawContent: content });

test.each([
  { side: "ours", envelope: ours },
  { side: "theirs", envelope: theirs },
])("what the app posted is found in the envelope: $side", ({ envelope }) => {
  expect(toldBy(envelope(rawContent))).toBe(rawContent);
});

test.each([
  { what: "cut short", content: theirs(rawContent.slice(0, -1)) },
  { what: "longer", content: ours(`${rawContent}.`) },
  { what: "changed in one letter", content: ours(`${rawContent.slice(0, -1)},`) },
  { what: "without its mark", content: theirs(rawContent.replace("bench", "trunk")) },
  { what: "without an envelope", content: rawContent },
  { what: "that could not be decrypted", content: null },
])("a push that came bent is no arrival: $what", ({ content }) => {
  expect(toldBy(content)).toBeNull();
});
