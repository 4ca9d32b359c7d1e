import { systemClock } from "../../../shared/clock.ts";
import { printInstant } from "../../../shared/notification/instant.ts";
import { endOf } from "../../../shared/subscription/subscription-row.ts";
import { subjectTold, type Count } from "../audit.ts";
import { tableAudit, type AuditEntry } from "../audit.table.ts";
import type { Connection } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { exportedFeed, type ExportedFeed } from "./exported-feed.table.ts";
import type { Opened } from "./exported-subscription.ts";
import { findPerson, type HeldUnsid } from "./find-person.table.ts";
import { auditIdOf, type Person } from "./person.ts";
import { busQueueOf, type Message } from "./queue-of.bus.ts";

type Asked = {
  readonly use: Surroundings;
  readonly connection: Connection;
  readonly person: Person;
  readonly apps: readonly string[];
  readonly cipher: Opened;
  /** Told of what was exported, as it is read. */
  readonly count: Count;
};

/** Everything about a person, whose feeds are read as they are gone through. Throws `Failed` (2) when there is nothing. */
export const exportedPerson = async ({ use, connection, person, apps, cipher: opened, count }: Asked) => {
  const { stop, output } = use;
  const tables = connection.tables();
  const found = await findPerson(tables, person, { ...use, apps });
  const feeds: ExportedFeed[] = [];
  for (const one of found.feeds) {
    const exported = await exportedFeed(tables, one, { opened, stop, count });
    if (exported) feeds.push(exported);
  }
  const messages = await busQueueOf(connection.bus()).all(new Set(found.feeds.map(({ feed }) => feed)), {
    stop,
    seen: (seen) => output.progress(`Looking for the person's messages: ${seen} of the queue.`),
  });
  const earlier = await actsOn(person, connection, stop);
  if (feeds.length + found.unsids.length + messages.length + earlier.length === 0)
    throw new Failed(
      `Nothing of this person is in ${connection.place}. Is it the object id, and the right tenant?`,
      exitCodes.nothingMatched,
    );
  return {
    person,
    exportedDateTime: printInstant(systemClock.now()),
    from: connection.place,
    feeds: inTurn(feeds),
    userNotificationSubscriptionIds: found.unsids.map(holding),
    messages: messages.map(message),
    acts: earlier.map(({ act, begunAt, outcome }) => ({ act, dateTime: printInstant(begunAt), outcome })),
  };
};

async function* inTurn<T>(all: readonly T[]): AsyncGenerator<T> {
  for (const one of all) yield await Promise.resolve(one);
}

/** What was done to the person before; the export that is under way is none of it. */
const actsOn = async (person: Person, { tables }: Connection, stop: AbortSignal): Promise<readonly AuditEntry[]> => {
  const subject = subjectTold({ kind: "person", id: auditIdOf(person) });
  const acts: AuditEntry[] = [];
  for await (const entry of tableAudit(tables().audit).since()) {
    stop.throwIfAborted();
    if (entry.subject === subject && entry.outcome !== "unfinished") acts.push(entry);
  }
  return acts;
};

/** That there is one, for which device, and until when; never itself. */
const holding = ({ row, holder }: HeldUnsid) => ({
  targetHostName: holder.hostName,
  subscriptionId: holder.subscriptionId,
  principalName: holder.principalName,
  expirationDateTime: printInstant(endOf(row)),
});

const message = ({ kind, job: { id, kind: tells, due, acceptedAt } }: Message) => ({
  notificationId: id,
  tells,
  state: kind,
  acceptedDateTime: printInstant(acceptedAt),
  dueDateTime: due === undefined ? null : printInstant(due),
});
