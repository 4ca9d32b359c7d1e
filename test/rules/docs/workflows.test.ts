import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { bicepFiles, declaredOf } from "../../bicep/support/bicep-files.ts";
import { operatorsPages, root } from "./pages.ts";
import { refusalsIn } from "./quoted-ops.ts";
import { scriptsOf, stepsOf, workflows, type Workflow } from "./workflows.ts";

const named = (name: string): Workflow => {
  const found = workflows.find((workflow) => workflow.name === name);
  if (!found) throw new Error(`There is no workflow ${name}.`);
  return found;
};
const deploy = named("deploy.yml");
const jobOf = (name: string) => {
  const job = deploy.jobs[name];
  if (!job) throw new Error(`There is no job ${name}.`);
  return job;
};

test.each(workflows)(
  "each action of $name is pinned to a commit, the same everywhere, with its version beside it",
  ({ text }) => {
    const uses = [...text.matchAll(/uses: (.*)/g)].map(([, one = ""]) => one);
    expect(uses.filter((one) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(one))).toEqual([]);
    const everywhere = workflows.flatMap((one) => [...one.text.matchAll(/uses: (([\w/-]+)@.*)/g)]);
    const pins = new Map(everywhere.map(([, pin, action]) => [action, pin]));
    expect(uses.filter((one) => pins.get(one.split("@")[0]) !== one)).toEqual([]);
  },
);

test.each(workflows)("$name knows no secret", ({ text }) => {
  expect(text).not.toMatch(/\bsecrets\b/);
});

test.each(workflows)("no script of $name has anything written into it: values come as variables", (workflow) => {
  expect(scriptsOf(workflow).filter((script) => script.includes("${{"))).toEqual([]);
});

test.each(workflows)("a shell understands each script of $name, and what they run is there", async (workflow) => {
  const paths: string[] = [];
  for (const script of scriptsOf(workflow)) {
    execFileSync("bash", ["-n"], { input: script });
    const scripts = [...script.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = ""]) => name);
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
    paths.push(...[...script.matchAll(/(?<![\w/])infra\/[\w./-]+/g)].map(([path]) => path));
    expect(await refusalsIn(script)).toEqual([]);
  }
  expect(paths.filter((path) => path !== "infra/" && !existsSync(join(root, path)))).toEqual([]);
});

test.each(workflows)(
  "what $name hands on by a name was put there, and is a folder that the build makes",
  (workflow) => {
    const put = stepsOf(workflow).filter(({ uses }) => uses?.includes("/upload-artifact@"));
    const got = stepsOf(workflow).filter(({ uses }) => uses?.includes("/download-artifact@"));
    const names = put.map((step) => String(step.with.name));
    for (const { with: given } of got) {
      expect(names).toEqual(
        expect.arrayContaining([...String(given.name).matchAll(/'(\w+)'/g)].map(([, name]) => name).slice(1)),
      );
    }
    const folders = put.map((step) => String(step.with.path));
    expect(folders.filter((folder) => folder !== "package" && !existsSync(join(root, folder)))).toEqual([]);
  },
);

test("a deployment may do no more than each of its jobs needs", () => {
  expect(deploy.permissions).toEqual({});
  expect(Object.fromEntries(Object.entries(deploy.jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
    build: { contents: "read" },
    plan: { contents: "read", "id-token": "write" },
    deploy: { contents: "read", "id-token": "write", actions: "read" },
  });
  expect(named("ci.yml").permissions).toEqual({ contents: "read" });
});

test("code of the repository's packages runs in no job that can sign in before it was built, tested and approved", () => {
  expect(jobOf("build").environment).toBeUndefined();
  expect(jobOf("plan").steps.filter(({ run }) => run?.includes("npm"))).toEqual([]);
  expect(jobOf("plan").needs).toBe("build");
  expect(jobOf("deploy").needs).toEqual(["build", "plan"]);
  expect(jobOf("deploy").environment).toBe("${{ inputs.environment }}");
  expect(jobOf("plan").environment).toBe("${{ inputs.environment }}-plan");
});

test("deployments of one environment come one after another", () => {
  expect(deploy.concurrency).toEqual({ group: "deploy-${{ inputs.environment }}", "cancel-in-progress": false });
});

test("the variables it is given are those that the runbook tells to set, and outputs it reads are the deployment's", () => {
  const given = new Set([...deploy.text.matchAll(/vars\.(\w+)/g)].map(([, name = ""]) => name));
  expect([...given].sort()).toEqual([
    "AZURE_CLIENT_ID",
    "AZURE_RESOURCE_GROUP",
    "AZURE_SUBSCRIPTION_ID",
    "AZURE_TENANT_ID",
  ]);
  const runbook = operatorsPages.find(({ path }) => path === "infra/README.md")?.text ?? "";
  for (const name of given) expect(runbook).toContain(`gh variable set ${name}`);
  const [main] = bicepFiles;
  const outputs = main ? declaredOf(main, "output").map(({ name }) => name) : [];
  const [, read = ""] = /for name in (.*); do/.exec(deploy.text) ?? [];
  expect(outputs).toEqual(expect.arrayContaining(read.split(" ")));
});
