import { resolve } from "node:path";
import { expect, test } from "vitest";
import { dataDir } from "../../../infra/local/settings.ts";

test.each([undefined, "", "  "])("a data directory that is set to %j is .local, never the folder itself", (value) => {
  expect(dataDir({ FANFARE_DATA_DIR: value })).toBe(resolve(".local"));
});

test("a data directory that is named is taken", () => {
  expect(dataDir({ FANFARE_DATA_DIR: "/somewhere/else" })).toBe("/somewhere/else");
});
