import { v7 as newId } from "uuid";
import { systemClock } from "../../shared/clock.ts";
import { hashOf } from "../../shared/hash.ts";
import { tableAudit, type AuditEntry, type Outcome } from "./audit.table.ts";
import type { Connection } from "./connect.ts";
import { Failed } from "./failed.ts";
import { printable } from "./output.ts";
import { sentenceOf } from "./sentence.ts";
import type { Surroundings } from "./surroundings.ts";

/** What an operator is about to do. */
export type Act = {
  /** The words of the command, without what was named: `apps set`. */
  readonly act: string;
  /**
   * What it is done to: a kind of thing and which, `{ kind: "app", id: "graph.contoso.com" }`. The id of a `person` is noted as a hash;
   * any other is noted as it is, and must be neither a secret nor somebody's.
   */
  readonly subject: { readonly kind: string; readonly id: string };
  /** What will be changed of it; nothing of a person's, and no secret. */
  readonly details?: string;
};

/** Counts what the act has done, for its end to tell: `count("replayed")`. */
export type Count = (what: string, by?: number) => void;

type Use = Pick<Connection, "tables" | "who"> & Pick<Surroundings, "output" | "stop">;

/**
 * Does `work`, an act that changes something, between two rows of the table `audit`: who, what and when before it; how it ended and what it
 * counted after it, on stderr too. Resolves to what the work does, and throws what it throws. Throws `Failed`, with nothing done, when the
 * beginning cannot be noted; an end that cannot be is told as a warning. Ask the operator first: a question is no act.
 */
export const audited = async <T>(
  use: Use,
  { act, subject, details }: Act,
  work: (count: Count) => Promise<T>,
): Promise<T> => {
  const counts = new Map<string, number>();
  const begun = await begin(use, {
    act,
    subject: subjectTold(subject),
    details: details?.slice(0, textMax),
  });
  const end = (outcome: Outcome, fault?: string): Promise<void> =>
    finish(use, {
      ...begun,
      endedAt: Math.max(begun.begunAt, systemClock.now()), // a clock that is set back must not part them
      outcome: use.stop.aborted ? "interrupted" : outcome,
      counts: Object.fromEntries(counts),
      fault,
    });
  let result: T;
  try {
    result = await work((what, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by));
  } catch (error) {
    await end("failed", error instanceof Error ? error.name : "unknown");
    throw error;
  }
  await end("done");
  return result;
};

/** What stands in the audit for a subject: `app graph.contoso.com`, `person <hash>`. */
export const subjectTold = (subject: Act["subject"]): string => `${subject.kind} ${tellableId(subject)}`;

/** How an audit calls somebody. The same person has the same hash, so that it can be asked what was done to them. */
const tellableId = ({ kind, id }: Act["subject"]): string =>
  kind === "person" ? hashOf("audit person", id).slice(0, 22) : id.slice(0, textMax);

/** Characters; a column has room for eight times that. */
const textMax = 4_000;

const begin = async ({ tables, who }: Use, named: Pick<AuditEntry, "act" | "subject" | "details">) => {
  try {
    const entry: AuditEntry = {
      ...named,
      id: newId(),
      who: await who(),
      begunAt: systemClock.now(),
      endedAt: undefined,
      outcome: "unfinished",
      counts: {},
      fault: undefined,
    };
    await tableAudit(tables().audit).note(entry);
    return entry;
  } catch (cause) {
    throw new Failed(
      `Nothing was done, for it could not be noted in the table audit first. ${sentenceOf(cause)}`,
      undefined,
      { cause },
    );
  }
};

const finish = async ({ tables, output }: Use, entry: AuditEntry): Promise<void> => {
  const told = printable(
    `${entry.act} of ${entry.subject} by ${entry.who.name}: ${[entry.outcome, ...countsInWords(entry)].join(", ")}.`,
  );
  try {
    await tableAudit(tables().audit).note(entry);
    output.note(`Audit: ${told}`);
  } catch (error) {
    output.note(
      `Warning: the table audit holds the beginning of this act, but not its end. ${told} ${sentenceOf(error)}`,
    );
  }
};

/** What an act counted, each as people say it: `3 replayed`. */
export const countsInWords = ({ counts }: Pick<AuditEntry, "counts">): readonly string[] =>
  Object.entries(counts).map(([what, count]) => `${count} ${what}`);
