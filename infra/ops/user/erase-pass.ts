import { systemClock } from "../../../shared/clock.ts";
import { collected, removeUnchanged } from "../../../shared/expiry/remove-rows.table.ts";
import { RowConflict, type StoredRow, type Tables } from "../../../shared/storage/table.ts";
import { endOf, unsidRowKey } from "../../../shared/subscription/subscription-row.ts";
import { deleteIfThere } from "../../../shared/subscription/unsids.table.ts";
import type { Surroundings } from "../surroundings.ts";
import { eraseFeed } from "./erase-feed.table.ts";
import { findPerson, hintKeysOf, type HeldUnsid } from "./find-person.table.ts";
import { tally, type Counts, type Tally } from "./kinds.ts";
import type { Person, PersonsFeed } from "./person.ts";
import type { QueueOf } from "./queue-of.bus.ts";

/** What a pass needs. */
export type PassUse = Pick<Surroundings, "output" | "stop"> & {
  readonly tables: Tables;
  readonly queue: QueueOf;
  /** The host names to keep to; none: all that are known. */
  readonly apps: readonly string[];
  /** Host names that passes before found, which a pass adds to. */
  readonly hostNames: Set<string>;
  /** Told of all that went. */
  readonly removed: (counts: Counts) => void;
};

/** One pass. Resolves to what it found, of which it removed what it could; that was told, also if it throws. */
export const onePass = async (use: PassUse, person: Person): Promise<Tally> => {
  const found = tally();
  try {
    await removeFound(use, person, found);
  } finally {
    use.removed(found.counts());
  }
  return found;
};

/**
 * The order is what makes a cut harmless. UNSIDs are revoked first and removed last, together with the hints that lead the purge to them:
 * until then a repeat finds them by their holder. A feed's hints go once the feed is empty, never before.
 */
const removeFound = async (use: PassUse, person: Person, found: Tally): Promise<void> => {
  const { tables, stop } = use;
  const { feeds, unsids } = await findPerson(tables, person, { ...use, also: use.hostNames });
  for (const { hostName } of feeds) use.hostNames.add(hostName);
  await revoke(tables, unsids);
  const unsidKeys = new Set(unsids.map(({ row }) => row.partitionKey));

  const empty: PersonsFeed[] = [];
  for (const one of feeds) {
    const isEmpty = await eraseFeed(
      { feeds: tables.feeds, stop, removed: found, unsid: (key) => unsidKeys.add(key) },
      one.feed,
    );
    if (isEmpty) empty.push(one);
    else found.add(writtenFeeds);
  }
  await clearQueue(use, feeds, found);
  for (const { feed } of feeds) {
    const rows = await collected(tables.deliveries.range(feed, "", "~"));
    found.add("ledgers", await removeUnchanged(tables.deliveries, rows));
  }
  await eraseHints(use, { feeds: empty, unsidKeys, found });
  for (const partitionKey of unsidKeys) await deleteIfThere(tables.unsids, { partitionKey, rowKey: unsidRowKey });
  found.add("UNSIDs", unsidKeys.size);
};

/** From now on a UNSID names nobody, and the purge would find it; who it was of stands there until it goes. */
const revoke = async ({ unsids }: Tables, held: readonly HeldUnsid[]): Promise<void> => {
  const now = systemClock.now();
  for (const { row: found } of held) {
    if (endOf(found) <= now) continue;
    const { etag: ifMatch, ...row } = found;
    await unsids.write({ kind: "replace", row: { ...row, expiresAt: new Date(now) }, ifMatch }).catch(ifConflict);
  }
};

/** Renewed or revoked by its device meanwhile: it is removed below, and the next pass looks again. */
const ifConflict = (error: unknown): void => {
  if (!(error instanceof RowConflict)) throw error;
};

const clearQueue = async (
  { queue, output, stop }: PassUse,
  feeds: readonly PersonsFeed[],
  found: Tally,
): Promise<void> => {
  const messages = await queue.all(new Set(feeds.map(({ feed }) => feed)), {
    stop,
    seen: (count) => output.progress(`Looking for the person's messages: ${count} of the queue.`),
  });
  found.add(waitingMessages, messages.filter(({ kind }) => kind === "waiting").length);
  await queue.remove(messages, {
    stop,
    removed: (kind) => found.add(kind === "scheduled" ? "scheduled messages" : "dead letters"),
  });
};

/** What a pass may find and not remove. */
export const writtenFeeds = "feeds that are written to";
export const waitingMessages = "messages that wait to be received";

type Hinted = {
  readonly feeds: readonly PersonsFeed[];
  readonly unsidKeys: ReadonlySet<string>;
  readonly found: Tally;
};

/** Hints lie under their hours, so the store goes through their table. */
const eraseHints = async ({ tables, output, stop }: PassUse, { feeds, unsidKeys, found }: Hinted): Promise<void> => {
  const wanted = hintKeysOf(feeds, unsidKeys);
  let pages = 0;
  for await (const page of tables.expiries.withRowKeys("", "~")) {
    stop.throwIfAborted();
    const theirs = page.filter(({ rowKey }: StoredRow) => wanted.has(rowKey));
    found.add("hints of the purge", await removeUnchanged(tables.expiries, theirs));
    pages += 1;
    output.progress(`Looking for the person's hints: ${pages} pages of the table.`);
  }
};
