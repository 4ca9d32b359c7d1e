import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { buildOf } from "../../infra/build.mjs";

const { version } = manifest;
const commit = "8219a4d05ad0bb46ddbd9e2b2d3f2a2a4f6c0e11";

test("a build names the package's version, and the commit where a workflow says it; never another text", () => {
  expect(buildOf({})).toEqual({ version });
  expect(buildOf({ GITHUB_SHA: commit })).toEqual({ version, commit });
  expect(buildOf({ GITHUB_SHA: "a token, by mistake" })).toEqual({ version });
});
