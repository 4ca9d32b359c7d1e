import { milliseconds } from "../../../shared/clock.ts";
import { firstJobs } from "../../../shared/fanout/first-jobs.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { changeEntityOf, entityOf } from "../../../shared/feed/entity.ts";
import { aliasKey, changeKey, headKey, notificationKey } from "../../../shared/feed/rows.ts";
import {
  platformTypes,
  type NotificationDraft,
  type NotificationId,
} from "../../../shared/notification/notification.ts";
import { hostName, type Service } from "./service.ts";

/** What happens to a notification, in this order, and to its feed: the steps of a life. The last one is no part of it, but what the tables cost alone. */
export const steps = {
  accept: "accepted",
  deliver: "delivered to one device",
  list: "first page of ten",
  news: "delta: what is new",
  catchUp: "delta: first ten of all",
  change: "an older one marked",
  bare: "beside it: ten bare reads",
} as const;
export type Step = keyof typeof steps;

/** Does one step; a stopwatch or a counter around it. */
export type Around = <T>(step: Step, work: () => Promise<T>) => Promise<T>;

/** A user's feed, one notification that stays in it, and whether that is marked as read. */
export type Owned = { readonly feed: FeedKey; readonly id: NotificationId; isRead: boolean };

const pageTop = 10;
const bareReads = 10;

/**
 * One life in a feed, after which it is as large as before: what came is taken out of the tables, unmeasured. Throws when a device was not told, or
 * a page lacks what it must hold.
 */
export const liveOnce = async ({ feed, deliver, bare }: Service, owned: Owned, around: Around): Promise<void> => {
  const key = owned.feed;
  const draft = draftNow();
  const accepted = await around("accept", () => feed.accept(key, draft));
  const { id, version, epoch } = accepted.notification;
  const [job] = firstJobs({ ...accepted, feed: key, fallback: null });
  const reached = await around("deliver", async () => (job ? deliver(job) : 0));
  const listed = await around("list", async () => {
    const page = await feed.list(key, { top: pageTop, matches: () => true });
    return page.notifications.map((one) => entityOf(one, Date.now()));
  });
  const deltaSince = async (since: { epoch: string; version: number } | undefined) => {
    const { changes } = await feed.delta(key, { top: pageTop, ...(since && { since }) });
    return changes.map((change) => changeEntityOf(change, Date.now()));
  };
  const news = await around("news", () => deltaSince({ epoch, version: version - 1 }));
  const caughtUp = await around("catchUp", () => deltaSince(undefined));
  owned.isRead = !owned.isRead;
  const readState = owned.isRead ? "read" : "unread";
  const [changed] = await around("change", () => feed.change(key, [owned.id], { readState }));

  await around("bare", async () => {
    for (let read = 0; read < bareReads; read += 1) await bare.feeds.find(key, headKey);
  });

  const isWhole = reached === 1 && listed[0]?.id === id && news[0]?.id === id && caughtUp.length > 0;
  if (!isWhole || changed?.readState !== readState) throw new Error("A life in a feed was not as it should be.");
  await bare.feeds.transact(
    [notificationKey(id), aliasKey(draft.appNotificationId), changeKey(version)].map((rowKey) => ({
      kind: "delete",
      partitionKey: key,
      rowKey,
    })),
  );
  await bare.deliveries.write({ kind: "delete", partitionKey: key, rowKey: id });
};

export const draftNow = (): NotificationDraft => {
  const expiresAt = Date.now() + milliseconds.day;
  return {
    targetHostName: hostName,
    appNotificationId: crypto.randomUUID(),
    groupName: null,
    payload: { rawContent: "x".repeat(400) },
    platformTypes,
    priority: "High",
    expiresAt,
    displayUntil: expiresAt,
    fallback: null,
  };
};
