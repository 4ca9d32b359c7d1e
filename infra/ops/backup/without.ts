import { comparableId } from "../../../shared/auth/app-registry.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { member } from "../../../shared/members.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { tableAudit } from "../audit.table.ts";
import { exitCodes, Failed } from "../failed.ts";
import { textOf } from "../import/entry.ts";
import { formOf, recordsOf } from "../import/records.file.ts";
import { auditNameOf } from "./judge.ts";

/** Operators' clocks differ: an erasure that seems to have ended so long before the backup may have ended within it. */
const clocksDifferMs = milliseconds.hour;
/** No erasure takes longer; one that was cut off has no end, and counts. */
const erasureMs = milliseconds.day;

/** The persons whom the audit says were erased after the backup had begun, also if that was cut off or found something left. */
export const erasedSince = async (audit: Table, beganAt: number): Promise<ReadonlySet<string>> => {
  const since = beganAt - clocksDifferMs;
  const erased = new Set<string>();
  for await (const { act, subject, endedAt = Infinity } of tableAudit(audit).since(since - erasureMs))
    if (act === "user erase" && endedAt >= since) erased.add(subject);
  return erased;
};

/** What operators did to apps and the block list after the backup had begun. */
type Registering = {
  /** Apps that were removed, and what was taken off the block list, as the audit calls them. An operator meant it; a restore is no reason to undo it. */
  readonly takenAway: ReadonlySet<string>;
  /** Whatever else the last act of each was, in words. A restore neither does nor undoes it: the row is there, or as it was. */
  readonly others: readonly string[];
};

/** Reads it from the audit; the last act of each app, client or tenant is what counts. */
export const registeredSince = async (audit: Table, beganAt: number): Promise<Registering> => {
  const takenAway = new Set<string>();
  const others: string[] = [];
  const seen = new Set<string>();
  for await (const { act, subject, outcome } of tableAudit(audit).since(beganAt - clocksDifferMs)) {
    if (!act.startsWith("apps ") || outcome === "failed" || seen.has(subject)) continue;
    seen.add(subject);
    if (act === "apps remove" || (act === "apps unblock" && !subject.startsWith("app "))) takenAway.add(subject);
    else others.push(`${act} (${subject})`);
  }
  return { takenAway, others };
};

/** The persons whom a file names, CSV or JSON, by `tenantId` and `objectId`. Throws `Failed`, by its line, for one that is not named so. */
export const personsIn = async (path: string): Promise<ReadonlySet<string>> => {
  const persons = new Set<string>();
  for await (const { line, value } of recordsOf(path, await formOf(path))) {
    const tenantId = textOf(member(value, "tenantId"));
    const objectId = textOf(member(value, "objectId"));
    if (tenantId === undefined || objectId === undefined)
      throw new Failed(`${path}, line ${line}: a person needs tenantId and objectId.`, exitCodes.usage);
    persons.add(auditNameOf({ tenantId: comparableId(tenantId), objectId: comparableId(objectId) }));
  }
  if (persons.size === 0) throw new Failed(`${path} names nobody.`, exitCodes.usage);
  return persons;
};
