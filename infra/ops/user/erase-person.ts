import { setTimeout as passed } from "node:timers/promises";
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

type ErasureUse = Pick<Surroundings, "output" | "stop"> & {
  readonly tables: Tables;
  readonly queue: QueueOf;
  readonly apps: readonly string[];
  /** Between a pass and the next, so that requests and runs that were under way show what they wrote; milliseconds. */
  readonly settleMs: number;
  /** Told of all that went. */
  readonly removed: (counts: Counts) => void;
};

/** Host names that passes before found, which a pass adds to. */
type Use = ErasureUse & { readonly hostNames: Set<string> };

/** What the last pass met all the same. Empty: it went through everything and found nothing. */
type Left = Counts;

const passesMost = 6;

/**
 * Removes whatever names a person, in passes: each goes through everything and removes what it finds, and the person is erased when one has
 * found nothing. So the last pass is the proof, and a run after one that was cut off at any point does what is left. Resolves to what the
 * last pass found: somebody writes meanwhile, or messages wait to be received. Throws when the stores do, or it is interrupted.
 */
export const erasePerson = async (use: ErasureUse, person: Person): Promise<Left> => {
  const { output, stop, settleMs } = use;
  const hostNames = new Set<string>();
  for (let pass = 1; ; pass += 1) {
    const found = await onePass({ ...use, hostNames }, person);
    if (found.total() === 0 || pass === passesMost) return found.counts();
    output.progress(`Pass ${pass} found something; looking again in ${settleMs / 1_000} seconds.`);
    await passed(settleMs, undefined, { signal: stop });
  }
};

/**
 * The order is what makes a cut harmless. UNSIDs are revoked first and removed last, together with the hints that lead the purge to them:
 * until then a repeat finds them by their holder. A feed's hints go once the feed is empty, never before.
 */
const onePass = async (use: Use, person: Person): Promise<Tally> => {
  const found = tally();
  try {
    await removeFound(use, person, found);
  } finally {
    use.removed(found.counts());
  }
  return found;
};

const removeFound = async (use: Use, person: Person, found: Tally): Promise<void> => {
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
    else found.add("feeds that are written to");
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

const clearQueue = async ({ queue, output, stop }: Use, feeds: readonly PersonsFeed[], found: Tally): Promise<void> => {
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

/** The only thing found that is not removed. */
export const waitingMessages = "messages that wait to be received";

type Hinted = {
  readonly feeds: readonly PersonsFeed[];
  readonly unsidKeys: ReadonlySet<string>;
  readonly found: Tally;
};

/** Hints lie under their hours, so the store goes through their table. */
const eraseHints = async ({ tables, output, stop }: Use, { feeds, unsidKeys, found }: Hinted): Promise<void> => {
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
