import { expect, test } from "vitest";
import { ageOf } from "../../../infra/ops/dead-letters-told.ts";
import { outputTo } from "../../../infra/ops/output.ts";

const screen = ({ isTTY = false } = {}) => {
  const written = { stdout: "", stderr: "" };
  const clock = { at: 0 };
  const output = outputTo(
    { write: (text) => (written.stdout += text) },
    { write: (text) => (written.stderr += text), isTTY },
    () => clock.at,
  );
  return { written, clock, output };
};

test("results go to stdout, and everything else to stderr", () => {
  const { written, output } = screen();
  output.json({ a: 1 });
  output.text("a line");
  output.note("by the way");
  expect(written).toEqual({ stdout: '{"a":1}\na line\n', stderr: "by the way\n" });
});

test("nothing that others wrote drives the terminal, in JSON by escapes that mean the same", () => {
  const { written, output } = screen();
  const hostile = "a\u001b[31mb\u009b2Jc\u202ed\u{e0001}e";
  output.json({ name: hostile });
  output.text(`${hostile}\nnext`);
  output.note(hostile);
  const [json = "", ...others] = written.stdout.split("\n");
  expect(JSON.parse(json)).toEqual({ name: hostile });
  expect(json).toMatch(/^[ -~]+$/);
  expect(others).toEqual(["a [31mb 2Jc d e", "next", ""]);
  expect(written.stderr).toBe("a [31mb 2Jc d e\n");
});

test("on a terminal progress is one line that is written over, and gone when something else is said", () => {
  const { written, output } = screen({ isTTY: true });
  output.progress("1 of 2");
  output.progress("2 of 2");
  output.note("done");
  expect(written.stderr).toBe("\r\u001b[K1 of 2\r\u001b[K2 of 2\r\u001b[Kdone\n");
  output.note("again");
  expect(written.stderr.endsWith("done\nagain\n")).toBe(true);
});

test("elsewhere short work has no progress, and long work a line every five seconds", () => {
  const { written, clock, output } = screen();
  for (clock.at = 0; clock.at <= 11_000; clock.at += 100) output.progress(`at ${clock.at}`);
  expect(written).toEqual({ stdout: "", stderr: "at 5000\nat 10000\n" });
});

test.each([
  [0, "0 s"],
  [119, "119 s"],
  [120, "2 min"],
  [7_199, "119 min"],
  [7_200, "2 h"],
  [172_799, "47 h"],
  [172_800, "2 d"],
])("%s seconds are %s", (seconds, told) => {
  expect(ageOf(seconds)).toBe(told);
});
