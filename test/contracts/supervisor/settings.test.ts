import { resolve } from "node:path";
import { expect, test } from "vitest";
import { CannotStart } from "../../../infra/local/cannot-start.ts";
import { dataDir, freePortsOf } from "../../../infra/local/settings.ts";

test.each([undefined, "", "  "])("a data directory that is set to %j is .local, never the folder itself", (value) => {
  expect(dataDir({ FANFARE_DATA_DIR: value })).toBe(resolve(".local"));
});

test("a data directory that is named is taken", () => {
  expect(dataDir({ FANFARE_DATA_DIR: "/somewhere/else" })).toBe("/somewhere/else");
});

test.each([
  [undefined, { from: 20_000, to: 32_767 }],
  [" ", { from: 20_000, to: 32_767 }],
  ["40000-40999", { from: 40_000, to: 40_999 }],
])("the range of free ports set to %j is %j", (value, range) => {
  expect(freePortsOf({ FANFARE_FREE_PORTS: value })).toEqual(range);
});

test.each(["7071", "0-500", "500-550", "60000-70000", "a-b", "30000-20000"])(
  "%j is no range of free ports, and is told by the setting's name",
  (value) => {
    expect(() => freePortsOf({ FANFARE_FREE_PORTS: value })).toThrow(CannotStart);
    expect(() => freePortsOf({ FANFARE_FREE_PORTS: value })).toThrow(/FANFARE_FREE_PORTS/);
  },
);
