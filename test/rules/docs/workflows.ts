import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "./pages.ts";

const permissions = z.record(z.string(), z.enum(["read", "write", "none"]));
const stepSchema = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const jobSchema = z.object({
  "runs-on": z.string(),
  "timeout-minutes": z.number(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
  needs: z.union([z.string(), z.array(z.string())]).default([]),
  steps: z.array(stepSchema),
});
const workflowSchema = z.object({
  permissions,
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.boolean() }),
  jobs: z.record(z.string(), jobSchema),
});

export type Step = z.infer<typeof stepSchema>;
export type Workflow = z.infer<typeof workflowSchema> & { readonly name: string; readonly text: string };

const folder = join(root, ".github/workflows");

/** All of them. Throws when one is no YAML, names a thing twice, or a job has no end or no place to run. */
export const workflows: readonly Workflow[] = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), "utf8");
  return { ...workflowSchema.parse(parse(text)), name, text };
});

export const stepsOf = ({ jobs }: Workflow): readonly Step[] => Object.values(jobs).flatMap(({ steps }) => steps);

/** What its shells run. */
export const scriptsOf = (workflow: Workflow): readonly string[] =>
  stepsOf(workflow).flatMap(({ run }) => (run === undefined ? [] : [run]));
