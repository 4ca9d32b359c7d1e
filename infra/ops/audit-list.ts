import { InvalidArgumentError, type Command } from "commander";
import { milliseconds, systemClock } from "../../shared/clock.ts";
import { parseInstant, printInstant } from "../../shared/notification/instant.ts";
import { countsInWords } from "./audit.ts";
import { tableAudit, type AuditEntry } from "./audit.table.ts";
import { connected } from "./connect.ts";
import { wholeNumber } from "./option-values.ts";
import type { Surroundings } from "./surroundings.ts";
import { textTable } from "./text-table.ts";

const about = `
Every command here that changes something first writes into the table audit who does it and to what, and afterwards how it ended.
Nothing is done that could not be noted. An act that is unfinished runs still, or its process was killed. A person who was acted upon
is a hash; the table holds no secret. Rows are never removed by a command: who may write the table could, so keep the storage account's
own log of deletions (diagnostic category StorageDelete) as long as you need to trust it.

Examples:
  npm run ops -- audit --since 7d
  npm run -s ops -- audit --since 2026-11-01 --json | jq -c 'select(.outcome != "done")'
`;

type Options = { readonly since?: number; readonly limit: number; readonly json?: true };

/** `audit`: what operators did, the newest first. */
export const addAudit = (program: Command, use: Surroundings): void => {
  program
    .command("audit")
    .description("tell who changed what with these commands, the newest first")
    .option("--since <when>", "since then: 90m, 24h or 7d ago, or an ISO 8601 time", instantOrAge)
    .option("--limit <count>", "at most so many", wholeNumber, 100)
    .option("--json", "answer in JSON, a line for each act")
    .addHelpText("after", about)
    .action((options: Options) => list(use, options));
};

const list = ({ env, output, stop }: Surroundings, { since, limit, json }: Options): Promise<void> =>
  connected({ env }, async ({ tables, place }) => {
    const found: AuditEntry[] = [];
    let isMore = false;
    let unreadable = 0;
    for await (const entry of tableAudit(tables().audit).since(since, () => (unreadable += 1))) {
      stop.throwIfAborted();
      isMore = found.length === limit;
      if (isMore) break;
      found.push(entry);
      if (json) output.json(asRecord(entry));
    }
    if (found.length === 0) output.note(`No act is noted in ${place}${since === undefined ? "" : " since then"}.`);
    else if (!json) output.text(textTable(["BEGAN", "WHO", "ACT", "OF", "OUTCOME"], found.map(asRow)));
    if (unreadable > 0)
      output.note(`${unreadable} rows of the table audit cannot be read: none of these commands wrote them.`);
    if (isMore) output.note(`There are more than ${limit}: --limit tells how many to show.`);
  });

const asRecord = ({ id, act, subject, details, who, begunAt, endedAt, outcome, counts, fault }: AuditEntry) => ({
  id,
  act,
  subject,
  details,
  who: who.name,
  objectId: who.objectId,
  by: who.by,
  begunAt: printInstant(begunAt),
  endedAt: endedAt === undefined ? undefined : printInstant(endedAt),
  outcome,
  counts,
  fault,
});

const ways: Readonly<Record<AuditEntry["who"]["by"], string>> = { azure: "", key: " (by key)", local: " (local)" };

const asRow = (entry: AuditEntry): readonly string[] => [
  printInstant(entry.begunAt),
  `${entry.who.name}${ways[entry.who.by]}`,
  entry.act,
  entry.subject,
  [entry.outcome, entry.fault, ...countsInWords(entry)].filter((part) => part !== undefined).join(", "),
];

const units: Readonly<Record<string, number>> = { m: milliseconds.minute, h: milliseconds.hour, d: milliseconds.day };

const instantOrAge = (text: string): number => {
  const [, amount, unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const instant = amount === undefined ? parseInstant(text) : systemClock.now() - Number(amount) * (units[unit] ?? 0);
  if (instant === undefined) throw new InvalidArgumentError("It is 90m, 24h or 7d, or a time like 2026-11-22T09:00Z.");
  return Math.max(0, instant);
};
