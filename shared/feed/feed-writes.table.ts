import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import type { NotificationDraft } from "../notification/notification.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import type { ExpiryHints } from "../storage/expiry-hints.table.ts";
import { RowConflict, type Change, type StoredRow, type Table } from "../storage/table.ts";
import { Unavailable } from "../unavailable.ts";
import { acceptDraft, type Became } from "./accept.ts";
import type { Feed } from "./feed.ts";
import { aliasKey, aliasOf, aliasRow, changeRow, headKey, headOf, headRow, notificationRow } from "./rows.ts";

export type WritesUse = { readonly feeds: Table; readonly hints: ExpiryHints; readonly clock: Clock };

/** How long a write is decided anew because writers of other instances were first. */
const patienceMs = 5_000;

/** Before it is decided anew: longer each time, and random, lest many writers meet again and again. */
const pauseAfter = (lostRaces: number): Promise<void> => pause(Math.random() * Math.min(200, 10 * 2 ** lostRaces));

/** The feed's writes; its rows are described in `rows.ts`. */
export const feedWrites = (use: WritesUse): Pick<Feed, "accept"> => {
  const inTurn = oneAtATime();
  return { accept: (feed, draft) => inTurn(feed, () => accept(use, feed, draft)) };
};

const accept = async ({ feeds, hints, clock }: WritesUse, feed: FeedKey, draft: NotificationDraft): Promise<Became> => {
  const giveUpAt = performance.now() + patienceMs;
  for (let lostRaces = 1; ; lostRaces += 1) {
    const [headFound, aliasFound] = await Promise.all([
      feeds.find(feed, headKey),
      feeds.find(feed, aliasKey(draft.appNotificationId)),
      // Before the row it is for: a crash in between leaves a harmless hint, never a row that is not purged.
      hints.note(feed, draft.expiresAt),
    ]);
    const head = headFound ? headOf(headFound) : { epoch: newEpoch(), version: 0 };
    const accepted = acceptDraft(draft, { head, alias: aliasFound && aliasOf(aliasFound) }, clock.now());
    try {
      await feeds.transact(changesFor(feed, accepted, headFound));
      return accepted;
    } catch (error) {
      if (!(error instanceof RowConflict)) throw error;
      if (performance.now() >= giveUpAt) throw new Unavailable("The user's feed", { cause: error });
      await pauseAfter(lostRaces);
    }
  }
};

/** Through the head's ETag: whoever decided on an older head is refused and decides again. */
const changesFor = (feed: FeedKey, { notification }: Became, headFound: StoredRow | undefined): Change[] => {
  const row = headRow(feed, { epoch: notification.epoch, version: notification.version });
  return [
    headFound ? { kind: "replace", row, ifMatch: headFound.etag } : { kind: "insert", row },
    { kind: "put", row: notificationRow(feed, notification) },
    { kind: "put", row: aliasRow(feed, notification) },
    { kind: "insert", row: changeRow(feed, notification) },
  ];
};

const newEpoch = (): string => randomBytes(9).toString("base64url");
