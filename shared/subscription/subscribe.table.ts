import type { User } from "../auth/caller.ts";
import { milliseconds } from "../clock.ts";
import { feedKeyOf, type FeedKey } from "../feed-key.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { Problem } from "../problem.ts";
import { decidedAnew } from "../storage/decided-anew.ts";
import type { Change, Row, StoredRow } from "../storage/table.ts";
import {
  endOf,
  rowKeyOf,
  rowOf,
  subscriptionFrom,
  subscriptionIdOf,
  subscriptionsBelow,
  subscriptionsFrom,
  unsidOf,
  unsidPlaceIn,
  unsidPlaceOf,
  vapidKeyOf,
} from "./subscription-row.ts";
import { newUnsid, type SubscriptionDraft, type Unsid } from "./subscription.ts";
import type { Subscribed, Subscriptions } from "./subscriptions.ts";
import { deleteIfThere, holderRow, type SubscriptionsUse } from "./unsids.table.ts";

/** One that ends within this is renewed through the head: by then somebody may count it among the expired. */
const aboutToEndMs = 5 * milliseconds.minute;

/**
 * Subscribing. A row that lives on with its UNSID, whatever else is new, is replaced as it was read. A new device, or one that
 * comes back after its expiry, goes through the feed's head: it changes how many devices there are, and of two that decide so at
 * once only one may.
 */
export const subscribing = (use: SubscriptionsUse): Subscriptions["subscribe"] => {
  const inTurn = oneAtATime();
  return async (user, draft, expiresAt) => {
    const feed = feedKeyOf(user, draft.targetHostName);
    return inTurn(feed, () => subscribe(use, { user, feed, draft, expiresAt }));
  };
};

type Asked = {
  readonly user: User;
  readonly feed: FeedKey;
  readonly draft: SubscriptionDraft;
  readonly expiresAt: number;
};

const subscribe = async (use: SubscriptionsUse, asked: Asked): Promise<Subscribed> => {
  const { feeds, hints, clock } = use;
  const { feed, draft, expiresAt } = asked;
  const id = subscriptionIdOf(feed, draft.deviceId);
  const wished = subscriptionFrom(draft, id, expiresAt);
  const fresh = newUnsid();
  // The device subscribed twice at once, say: the next attempt adopts what the other made.
  const attempt = async (): Promise<Subscribed> => {
    // The hint comes before the row it is for: a crash in between leaves a harmless hint, never a row that is not purged.
    const [found] = await Promise.all([feeds.find(feed, rowKeyOf(id)), hints.note(feed, expiresAt)]);
    const live = found && endOf(found) > clock.now() ? found : undefined;
    const unsid = (live && unsidOf(live, use.cipher, use.report)) ?? fresh;
    const vapidKeyId = vapidKeyOf(draft, wished, { found, keys: use.vapidKeys });
    const subscription = { ...wished, vapidKeyId, registeredAt: draft.registeredAt ?? clock.now() };
    const row = rowOf(feed, subscription, unsid, use.cipher);
    if (found && livesOn(found, row, clock.now())) {
      await feeds.write({ kind: "replace", row, ifMatch: found.etag });
    } else {
      await register(use, { feed, found, isLive: live !== undefined, row, expiresAt });
    }
    // A crash here leaves a subscription whose UNSID nobody was told yet; the client's repeat finds it and completes this.
    await publish(use, asked, { row, unsid });
    // Ours if it is the one made here, also when an answer was lost and the SDK's own repeat met the row.
    return { subscription, unsid, isNew: unsid === fresh };
  };
  return decidedAnew("The user's feed", attempt, use);
};

const livesOn = (found: StoredRow, row: Row, now: number): boolean =>
  found.unsidKey === row.unsidKey && endOf(found) > now + aboutToEndMs;

type Registering = {
  readonly feed: FeedKey;
  readonly found: StoredRow | undefined;
  readonly isLive: boolean;
  readonly row: Row;
  readonly expiresAt: number;
};

const register = async (use: SubscriptionsUse, { feed, found, isLive, row, expiresAt }: Registering): Promise<void> => {
  const { feeds, unsids, hints, clock, head } = use;
  // The UNSID that is left behind goes first: the row that is to be replaced is the only one that knows where it is.
  const left = found && unsidPlaceIn(found);
  if (left && left.partitionKey !== row.unsidKey) await deleteIfThere(unsids, left);

  // The head before the rows: what came after it was read changes it, and the transaction is refused.
  const headFound = await feeds.find(feed, head.rowKey);
  let others = 0;
  for await (const other of feeds.range(feed, subscriptionsFrom, subscriptionsBelow)) {
    if (other.rowKey !== row.rowKey && endOf(other) > clock.now()) others += 1;
  }
  if (!isLive && others >= use.perFeed) throw tooMany(use.perFeed);
  const headRow = headFound ?? head.empty(feed);
  await hints.note(feed, expiresAt, String(headRow.epoch));
  await feeds.transact([
    headFound ? unchanged(headFound) : { kind: "insert", row: headRow },
    found ? { kind: "replace", row, ifMatch: found.etag } : { kind: "insert", row },
  ]);
};

/** Its ETag moves, and nothing else: whoever decided on the head as it was decides again. */
const unchanged = ({ etag: ifMatch, ...row }: StoredRow): Change => ({ kind: "replace", row, ifMatch });

const tooMany = (perFeed: number): Problem =>
  new Problem(
    "conflict",
    `The user has ${perFeed} live subscriptions of targetHostName, as many as may be. Delete one, or let one expire.`,
  );

/** Makes a UNSID known, or its new expiry. If the subscription was removed meanwhile it is revoked again: whoever deletes it saw none. */
const publish = async (
  { feeds, unsids, hints }: SubscriptionsUse,
  { user, feed, draft, expiresAt }: Asked,
  { row, unsid }: { readonly row: Row; readonly unsid: Unsid },
): Promise<void> => {
  const place = unsidPlaceOf(unsid);
  await hints.noteUnsid(place.partitionKey, expiresAt);
  await unsids.write({
    kind: "put",
    row: holderRow(place, { ...user, hostName: draft.targetHostName, row, expiresAt }),
  });
  const now = await feeds.find(feed, row.rowKey);
  if (now?.unsidKey !== row.unsidKey) await deleteIfThere(unsids, place);
};
