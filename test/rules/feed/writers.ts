import { milliseconds, type Clock } from "../../../shared/clock.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { feedWrites } from "../../../shared/feed/feed-writes.table.ts";
import { type NotificationDraft } from "../../../shared/notification/notification.ts";
import type { StoredRow, Table } from "../../../shared/storage/table.ts";
import { notificationWith, now } from "../samples.ts";

export const feed = "feed" as FeedKey;
export const limits = { per5Minutes: 1_000, perDay: 10_000 };

/** Two instances of the service on one table; the second one's clock is behind. */
export const twoInstances = (feeds: Table) => {
  const clock = { at: now };
  const instance = (behind: number) => {
    const own: Clock = { now: () => clock.at - behind };
    return feedWrites({ feeds, hints: { note: () => Promise.resolve() }, clock: own, limits });
  };
  return { clock, instances: [instance(0), instance(1_500)] as const };
};

export const rowsIn = async (table: Table): Promise<StoredRow[]> => {
  const rows: StoredRow[] = [];
  for await (const row of table.all()) rows.push(row);
  return rows;
};

export const draftWith = (more: Partial<NotificationDraft>): NotificationDraft => {
  const { targetHostName, payload, platformTypes, priority, displayUntil } = notificationWith();
  const expiresAt = now + milliseconds.hour;
  const plain = { targetHostName, payload, platformTypes, priority, displayUntil, expiresAt };
  return { ...plain, appNotificationId: "order-1", groupName: null, fallback: null, ...more };
};
