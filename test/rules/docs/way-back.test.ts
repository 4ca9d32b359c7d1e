import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { workflows } from "./workflows.ts";

const deploy = workflows.find(({ name }) => name === "deploy.yml");
const steps = deploy?.jobs.deploy?.steps ?? [];
const scriptOf = (part: string): string => steps.find(({ run }) => run?.includes(part))?.run ?? "";

/** A `gh` that says whatever the test wants GitHub to say. */
const tools = mkdtempSync(join(tmpdir(), "way-back-"));
writeFileSync(join(tools, "gh"), '#!/bin/sh\necho "$TOLD"\n');
chmodSync(join(tools, "gh"), 0o755);
afterAll(() => {
  rmSync(tools, { recursive: true });
});

/** Whether the workflow takes back the package of that run, of which GitHub tells this. */
const isTaken = (run: string, told: Readonly<Record<string, string>>): boolean => {
  const { status } = spawnSync("bash", ["-eo", "pipefail"], {
    input: scriptOf("actions/runs/$RUN"),
    env: {
      PATH: `${tools}:${process.env.PATH ?? ""}`,
      RUN: run,
      TOLD: Object.values(told).join("|"),
      ENVIRONMENT: "production",
      GITHUB_REPOSITORY: "contoso/fanfare",
      GITHUB_REF_NAME: "main",
    },
  });
  return status === 0;
};

const good = {
  path: ".github/workflows/deploy.yml",
  event: "workflow_dispatch",
  repository: "contoso/fanfare",
  branch: "main",
  conclusion: "success",
  title: "Deploy to production",
};

test("the package of a good deployment to the same environment is taken back", () => {
  expect(isTaken("4711", good)).toBe(true);
});

test.each([
  ["another workflow", { path: ".github/workflows/ci.yml" }],
  ["a pull request", { event: "pull_request" }],
  ["a fork", { repository: "mallory/fanfare" }],
  ["a branch of somebody's", { branch: "mine" }],
  ["a branch that is called like the rest", { branch: "main|success|Deploy to production" }],
  ["a deployment that failed", { conclusion: "failure" }],
  ["another environment", { title: "Deploy to staging" }],
])("the package of %s is not", (_, other) => {
  expect(isTaken("4711", { ...good, ...other })).toBe(false);
});

test.each(["", "4711/../4712", "$(id)", "4711\nx"])("nothing is asked about a run that is no number: %j", (run) => {
  expect(isTaken(run, good)).toBe(false);
});

test("that is looked at before the package is fetched, and before anybody signs in", () => {
  const at = (part: string): number => steps.findIndex(({ run, uses }) => (run ?? uses ?? "").includes(part));
  expect(at("actions/runs/$RUN")).toBeLessThan(at("/download-artifact@"));
  expect(at("actions/runs/$RUN")).toBeLessThan(at("azure/login@"));
});

test("what an undo goes back to is a deployment of the same branch, by hand, that ended well", () => {
  const search = scriptOf("gh run list");
  for (const part of [
    "--workflow deploy.yml",
    '--branch "$GITHUB_REF_NAME"',
    "--event workflow_dispatch",
    "--status success",
  ])
    expect(search).toContain(part);
});
