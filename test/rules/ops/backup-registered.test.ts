import { expect, test } from "vitest";
import { tableAudit, type AuditEntry } from "../../../infra/ops/audit.table.ts";
import { registeredSince } from "../../../infra/ops/backup/without.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { memoryTable } from "../../support/memory-table.ts";

const backupAt = Date.UTC(2026, 10, 22, 9);
type Noted = readonly [minutes: number, act: string, subject: string, outcome?: AuditEntry["outcome"]];

const sinceOf = async (acts: readonly Noted[]) => {
  const audit = memoryTable();
  for (const [minutes, act, subject, outcome = "done"] of acts) {
    const at = backupAt + minutes * milliseconds.minute;
    const who = { name: "operator", objectId: undefined, by: "local" } as const;
    const entry = { id: crypto.randomUUID(), act, subject, details: undefined, who, counts: {}, fault: undefined };
    await tableAudit(audit).note({ ...entry, begunAt: at, endedAt: at, outcome });
  }
  const { takenAway, others } = await registeredSince(audit, backupAt);
  return { takenAway: [...takenAway], others };
};

test.each<{ what: string; acts: readonly Noted[]; takenAway: readonly string[]; others: readonly string[] }>([
  { what: "an app that was removed", acts: [[1, "apps remove", "app a.b"]], takenAway: ["app a.b"], others: [] },
  {
    what: "who was taken off the block list",
    acts: [
      [1, "apps unblock", "client c"],
      [2, "apps unblock", "tenant t"],
    ],
    takenAway: ["tenant t", "client c"],
    others: [],
  },
  {
    what: "an app that was removed, and registered again",
    acts: [
      [1, "apps remove", "app a.b"],
      [2, "apps set", "app a.b"],
    ],
    takenAway: [],
    others: ["apps set (app a.b)"],
  },
  {
    what: "an app that was blocked and answered again: its registration is wanted",
    acts: [
      [1, "apps block", "app a.b"],
      [2, "apps unblock", "app a.b"],
    ],
    takenAway: [],
    others: ["apps unblock (app a.b)"],
  },
  {
    what: "who was blocked since, which the backup cannot know",
    acts: [[1, "apps block", "client c"]],
    takenAway: [],
    others: ["apps block (client c)"],
  },
  { what: "a removal that failed", acts: [[1, "apps remove", "app a.b", "failed"]], takenAway: [], others: [] },
  { what: "what was done long before", acts: [[-120, "apps remove", "app a.b"]], takenAway: [], others: [] },
  { what: "what is no act on the registry", acts: [[1, "smoke", "app a.b"]], takenAway: [], others: [] },
])("of $what a restore of an earlier backup is told", async ({ acts, takenAway, others }) => {
  expect(await sinceOf(acts)).toEqual({ takenAway, others });
});
