import { milliseconds } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import { parseNotificationId, type Notification, type NotificationId } from "../notification/notification.ts";
import type { ExpiryHints } from "../storage/expiry-hints.table.ts";
import { RowConflict, type Table } from "../storage/table.ts";
import { decideAccept } from "./accept.ts";
import { decideChange, type StateWrite } from "./change-state.ts";
import type { Feed } from "./feed.ts";
import { answeredRow, onceKey } from "./once.ts";
import { aliasKey, notificationKey } from "./rows.ts";
import { decideRemove } from "./tombstone.ts";
import { writeTurns, type WriteTurn, type WriteTurnsUse } from "./write-turns.table.ts";

export type WritesUse = WriteTurnsUse & { readonly hints: ExpiryHints };

/** The feed's writes: what each reads and how many transactions it is. What it comes to, `decide…` says; how it is made, `write-turns`. */
export const feedWrites = ({ hints, ...use }: WritesUse): Pick<Feed, "accept" | "noteAnswer" | "change" | "remove"> => {
  const { feeds } = use;
  const turn = writeTurns(use);
  return {
    accept: (feed, draft, once) =>
      turn(feed, {
        find: async () => {
          const [alias, onceFound] = await Promise.all([
            feeds.find(feed, aliasKey(draft.appNotificationId)),
            once && feeds.find(feed, onceKey(once)),
          ]);
          return { alias, once: onceFound };
        },
        // A crash or a refusal after it leaves a harmless hint, never a row that is not purged.
        before: (life) => hints.note(feed, draft.expiresAt, life),
        decide: (found, standing) => decideAccept({ draft, once }, found, standing),
        alwaysCounts: once === undefined,
      }),

    noteAnswer: async (feed, once, answer) => {
      const found = await feeds.find(feed, onceKey(once));
      const row = answeredRow(found, answer);
      if (!found || !row) return false;
      try {
        await feeds.write({ kind: "replace", row, ifMatch: found.etag });
        return true;
      } catch (error) {
        if (error instanceof RowConflict) return false; // another repeat was first
        throw error;
      }
    },

    change: async (feed, given, change, { isMet, countsAlways = false } = {}) => {
      const ids = given.map(parseNotificationId);
      const known = [...new Set(ids)].filter((id) => id !== undefined);
      // A write that only counts may be the first of its feed: the head it makes is to be found by the purge.
      const endsAt = use.clock.now() + milliseconds.day;
      const before = countsAlways ? (life?: string) => hints.note(feed, endsAt, life) : undefined;
      const changed = await changeEach({ feeds, turn, before }, feed, known, { change, isMet, countsAlways });
      return ids.map((id) => id && changed.get(id));
    },

    remove: async (feed, given, isMet) => {
      const id = parseNotificationId(given);
      if (!id) return undefined;
      return turn(feed, {
        find: () => feeds.find(feed, notificationKey(id)),
        decide: (row, standing) => decideRemove(isMet, row, standing),
        alwaysCounts: true,
      });
    },
  };
};

/** A changed notification takes four rows, the head one more, and a transaction has at most 100; of the largest content 3 MiB of its 4. */
const changedAtOnceMost = 24;

type Changing = {
  readonly feeds: Table;
  readonly turn: WriteTurn;
  readonly before: ((life?: string) => Promise<void>) | undefined;
};

/** In as many transactions as it takes, each by itself: a crash between two leaves changes whose repeat completes them. */
const changeEach = async (
  { feeds, turn, before }: Changing,
  feed: FeedKey,
  ids: readonly NotificationId[],
  write: Omit<StateWrite, "isCounted">,
): Promise<ReadonlyMap<NotificationId, Notification>> => {
  const changed = new Map<NotificationId, Notification>();
  let isCounted = false;
  for (const some of inParts(ids)) {
    const part = { ...write, isCounted };
    const result = await turn(feed, {
      find: () => Promise.all(some.map((id) => feeds.find(feed, notificationKey(id)))),
      ...(before && !isCounted && { before }),
      decide: (rows, standing) => decideChange(part, rows, standing),
      alwaysCounts: !isCounted,
    });
    for (const notification of result) if (notification) changed.set(notification.id, notification);
    isCounted = write.countsAlways || changed.size > 0;
  }
  return changed;
};

/** Of none there is one part, empty: that call may count too. */
const inParts = (ids: readonly NotificationId[]): readonly (readonly NotificationId[])[] =>
  Array.from({ length: Math.max(1, Math.ceil(ids.length / changedAtOnceMost)) }, (_, part) =>
    ids.slice(part * changedAtOnceMost, (part + 1) * changedAtOnceMost),
  );
