import { expect, test, vi } from "vitest";
import { chaos } from "./chaos.ts";

test("a wrong flag is one sentence that says where to look, and ends with 64, not with what a loss ends with", async () => {
  const lines: string[] = [];
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  try {
    expect(await chaos(["--seconds", "5"], new AbortController().signal)).toBe(64);
  } finally {
    stderr.mockRestore();
  }
  expect(lines).toEqual([
    "--seconds must be a whole number from 10 to 1800. The flags are told by: npm run chaos -- --help\n",
  ]);
});
