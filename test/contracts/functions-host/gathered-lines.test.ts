import { expect, test } from "vitest";
import { gatheredLines } from "../../../infra/local/functions-host/app/gathered-lines.ts";

const gathering = () => {
  const written: string[] = [];
  const waking: (() => void)[] = [];
  const lines = gatheredLines((text) => written.push(text), ((wake: () => void) =>
    waking.push(wake)) as unknown as typeof setTimeout);
  return { lines, written, wake: () => waking.shift()?.() };
};

test("lines that come together are written together, whole and in their order, and each but once", () => {
  const { lines, written, wake } = gathering();
  lines.add("first");
  lines.add("second");
  expect(written).toEqual([]);
  wake();
  lines.add("third");
  wake();
  expect(written).toEqual(["first\nsecond\n", "third\n"]);
});

test("what still waits when the process ends is written then", () => {
  const { lines, written, wake } = gathering();
  lines.add("last words");
  lines.flush();
  wake();
  expect(written).toEqual(["last words\n"]);
});
