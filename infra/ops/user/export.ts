import { open, rm } from "node:fs/promises";
import { systemClock } from "../../../shared/clock.ts";
import { dataCipher } from "../../../shared/data-keys.ts";
import { printInstant } from "../../../shared/notification/instant.ts";
import { endOf } from "../../../shared/subscription/subscription-row.ts";
import { isNamed } from "../access.ts";
import { dataKeysOf } from "../app-settings.ts";
import { audited, subjectTold } from "../audit.ts";
import { tableAudit, type AuditEntry } from "../audit.table.ts";
import { connected, type Connection } from "../connect.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Surroundings } from "../surroundings.ts";
import { exportedFeed, type ExportedFeed } from "./exported-feed.table.ts";
import type { Opened } from "./exported-subscription.ts";
import { findPerson, type HeldUnsid } from "./find-person.table.ts";
import { auditIdOf, type Person } from "./person.ts";
import { busQueueOf, type Message } from "./queue-of.bus.ts";

export type ExportOptions = { readonly app?: readonly string[]; readonly out?: string };

/** Tells everything about a person in one JSON document. Throws `Failed` when there is nothing (2) or the file is there already (64). */
export const exportPerson = async (use: Surroundings, person: Person, options: ExportOptions): Promise<void> => {
  const { app: apps = [], out } = options;
  const { output } = use;
  await connected(use, async (connection) => {
    const cipher = await cipherOf(use);
    const subject = { kind: "person", id: auditIdOf(person) };
    await audited({ ...use, ...connection }, { act: "user export", subject }, async (count) => {
      const told = (): ReturnType<typeof documentOf> => documentOf({ use, connection, person, apps, cipher });
      const document = out === undefined ? await told() : await writtenTo(out, told);
      for (const { notifications, subscriptions } of document.feeds) {
        count("notifications", notifications.length);
        count("subscriptions", subscriptions.length);
      }
      if (out === undefined) output.json(document);
      else output.note(`Written to ${out}: hand it over, then delete it.`);
    });
  });
};

/** Of the local stack they are always at hand; of another where the environment has them. */
const cipherOf = async ({ env, output }: Surroundings): Promise<Opened> => {
  if (!isNamed(env) || env.DATA_KEYS) return dataCipher(await dataKeysOf(env));
  output.note('DATA_KEYS is not set here: the devices\' channels stay "sealed".');
  return undefined;
};

type Asked = {
  readonly use: Surroundings;
  readonly connection: Connection;
  readonly person: Person;
  readonly apps: readonly string[];
  readonly cipher: Opened;
};

const documentOf = async ({ use, connection, person, apps, cipher: opened }: Asked) => {
  const { stop, output } = use;
  const tables = connection.tables();
  const found = await findPerson(tables, person, { ...use, apps });
  const feeds: ExportedFeed[] = [];
  for (const one of found.feeds) {
    const exported = await exportedFeed(tables, one, { opened, stop });
    if (exported) feeds.push(exported);
  }
  const messages = await busQueueOf(connection.bus()).all(new Set(found.feeds.map(({ feed }) => feed)), {
    stop,
    seen: (count) => output.progress(`Looking for the person's messages: ${count} of the queue.`),
  });
  const named = { kind: "person", id: auditIdOf(person) };
  const acts: AuditEntry[] = [];
  for await (const entry of tableAudit(tables.audit).since())
    if (entry.subject === subjectTold(named)) acts.push(entry);
  const earlier = acts.filter(({ outcome }) => outcome !== "unfinished"); // this one is under way
  if (feeds.length + found.unsids.length + messages.length + earlier.length === 0)
    throw new Failed(
      `Nothing of this person is in ${connection.place}. Is it the object id, and the right tenant?`,
      exitCodes.nothingMatched,
    );
  return {
    person,
    exportedDateTime: printInstant(systemClock.now()),
    from: connection.place,
    feeds,
    userNotificationSubscriptionIds: found.unsids.map(holding),
    messages: messages.map(message),
    acts: earlier.map(({ act, begunAt, outcome }) => ({ act, dateTime: printInstant(begunAt), outcome })),
  };
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

/** Readable by its owner alone, and never over another file, whose readers may be others. It is there whole or not at all. */
const writtenTo = async <T>(path: string, made: () => Promise<T>): Promise<T> => {
  const file = await open(path, "wx", 0o600).catch((cause: unknown) => {
    const isThere = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    const sentence = isThere ? `${path} is there already: name a new file.` : `${path} cannot be written.`;
    throw new Failed(sentence, exitCodes.usage, { cause });
  });
  try {
    const document = await made();
    await file.writeFile(`${JSON.stringify(document, undefined, 2)}\n`);
    return document;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
};
