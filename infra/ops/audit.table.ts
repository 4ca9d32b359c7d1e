import * as z from "zod";
import { RowConflict, type Row, type StoredRow, type Table } from "../../shared/storage/table.ts";
import { jsonIn } from "./json-in.ts";
import type { Who } from "./who.http.ts";

/** How an act ended; `unfinished` while no end is noted: it runs still, or its process was killed. */
export type Outcome = "done" | "failed" | "interrupted" | "unfinished";

/** One act of an operator, as the table `audit` tells it. Times are epoch milliseconds. */
export type AuditEntry = {
  readonly id: string;
  /** The words of the command: `dead-letters replay`. */
  readonly act: string;
  /** What was acted upon, never a person in clear: `app graph.contoso.com`. */
  readonly subject: string;
  /** What of it was changed, where that is known before: `senders + 6ef1…`. */
  readonly details: string | undefined;
  readonly who: Who;
  readonly begunAt: number;
  readonly endedAt: number | undefined;
  readonly outcome: Outcome;
  /** How many were dealt with, by what was done to them. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of a failed one, the kind of failure; the sentence was the operator's, and might name what this table must not. */
  readonly fault: string | undefined;
};

export type Audit = {
  /** Notes an entry, its beginning or its end. Throws as a table does. */
  readonly note: (entry: AuditEntry) => Promise<void>;
  /**
   * The acts that began or ended at that instant or since, the last noted first; all of them without one. A row that is no act's, for
   * somebody else wrote it, is left out and told of: it must keep nobody from an erasure.
   */
  readonly since: (instant?: number, unreadable?: (rowKey: string) => void) => AsyncIterable<AuditEntry>;
};

/**
 * The audit over the table `audit`: a row when an act begins and another when it ends. Rows are only ever added, never replaced and never
 * removed: a few hundred bytes an act cost nothing, and what deletes its own audit proves nothing. One partition, whose keys turn the time
 * round so that the newest are read first; an end says all that the beginning did, and comes before it even within one millisecond.
 */
export const tableAudit = (audit: Table): Audit => ({
  note: async (entry) => {
    try {
      await audit.write({ kind: "insert", row: rowOf(entry) });
    } catch (error) {
      // Nobody else makes this id: it is there, and the answer was lost before the SDK asked again.
      if (!(error instanceof RowConflict)) throw error;
    }
  },
  since: async function* (instant = 0, unreadable) {
    const ended = new Set<string>();
    for await (const row of audit.range(partition, "", `${turned(instant)}_~`)) {
      const entry = entryOf(row);
      if (!entry) {
        unreadable?.(row.rowKey);
        continue;
      }
      if (entry.endedAt !== undefined) ended.add(entry.id);
      else if (ended.has(entry.id)) continue;
      yield entry;
    }
  },
});

const partition = "acts";
const lastInstant = 9_999_999_999_999; // in the year 2286
const turned = (instant: number): string => String(lastInstant - instant).padStart(13, "0");

const rowOf = ({ id, begunAt, endedAt, who, details, counts, fault, ...plain }: AuditEntry): Row => ({
  ...plain,
  partitionKey: partition,
  rowKey: `${turned(endedAt ?? begunAt)}_${id}_${endedAt === undefined ? "begun" : "a-end"}`,
  begunAt: new Date(begunAt),
  ...(endedAt !== undefined && { endedAt: new Date(endedAt) }),
  who: who.name,
  by: who.by,
  ...(who.objectId !== undefined && { objectId: who.objectId }),
  counts: JSON.stringify(counts),
  ...(details !== undefined && { details }),
  ...(fault !== undefined && { fault }),
});

const rowSchema = z.object({
  rowKey: z.string(),
  act: z.string(),
  subject: z.string(),
  details: z.string().optional(),
  who: z.string(),
  by: z.enum(["azure", "key", "local"]),
  objectId: z.string().optional(),
  begunAt: z.date(),
  endedAt: z.date().optional(),
  outcome: z.enum(["done", "failed", "interrupted", "unfinished"]),
  counts: z.string().transform(jsonIn).pipe(z.record(z.string(), z.number())),
  fault: z.string().optional(),
});

const entryOf = (row: StoredRow): AuditEntry | undefined => {
  const parsed = rowSchema.safeParse(row).data;
  if (!parsed) return undefined;
  const { rowKey, who, by, objectId, begunAt, endedAt, act, subject, details, outcome, counts, fault } = parsed;
  return {
    id: rowKey.split("_")[1] ?? "",
    act,
    subject,
    details,
    who: { name: who, objectId, by },
    begunAt: begunAt.getTime(),
    endedAt: endedAt?.getTime(),
    outcome,
    counts,
    fault,
  };
};
