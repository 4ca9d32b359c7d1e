import type { User } from "../../../shared/auth/caller.ts";
import { milliseconds, type Clock } from "../../../shared/clock.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import { platformTypes, type NotificationDraft } from "../../../shared/notification/notification.ts";
import type { StoredRow, Table } from "../../../shared/storage/table.ts";
import type { SubscriptionDraft } from "../../../shared/subscription/subscription.ts";

export const start = Date.parse("2026-01-31T12:00:00.123Z");
export const hostName = "app.contoso.com";

/** How many writes a user of the service may make, unless told otherwise. */
export const limits = { per5Minutes: 100, perDay: 8_000 };

/** A clock that stands until it is moved. */
export const handClock = (at = start): Clock & { at: number } => {
  const clock = { at, now: () => clock.at };
  return clock;
};

/** Somebody no other test knows. */
export const newUser = (): User => ({
  tenantId: crypto.randomUUID(),
  objectId: crypto.randomUUID(),
  principalName: "ada@contoso.com",
});

export const newFeed = (): FeedKey => feedKeyOf(newUser(), hostName);

export const draftOf = (more: Partial<NotificationDraft> = {}): NotificationDraft => ({
  targetHostName: hostName,
  appNotificationId: "order-1",
  groupName: null,
  payload: { rawContent: "hello" },
  platformTypes,
  priority: "None",
  expiresAt: start + milliseconds.day,
  displayUntil: start + milliseconds.hour,
  fallback: null,
  ...more,
});

export const subscriptionDraftOf = (more: Partial<SubscriptionDraft> = {}): SubscriptionDraft => ({
  targetHostName: hostName,
  platformType: "WebPush",
  deviceId: "laptop",
  displayName: "Edge on laptop",
  notificationType: "NotificationWithPayload",
  channel: {
    kind: "webpush",
    endpoint: `https://push.example/${crypto.randomUUID()}`,
    keys: { p256dh: `p256dh-${crypto.randomUUID()}`, auth: `auth-${crypto.randomUUID()}` },
  },
  channelExpiresAt: null,
  ...more,
});

export const rowsOf = async (table: Table, partitionKey: string, prefix = ""): Promise<StoredRow[]> => {
  const rows: StoredRow[] = [];
  for await (const row of table.range(partitionKey, prefix, `${prefix}~`)) rows.push(row);
  return rows;
};
