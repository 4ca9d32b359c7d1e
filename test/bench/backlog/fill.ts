import { ServiceBusClient } from "@azure/service-bus";
import { milliseconds } from "../../../shared/clock.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { messageOf } from "../../../shared/fanout/message.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { notificationRow } from "../../../shared/feed/rows.ts";
import { newNotificationId, type Notification } from "../../../shared/notification/notification.ts";
import { openTables } from "../../../shared/storage/azure.table.ts";
import type { LocalStack } from "../../support/stack.ts";

const rowsAtOnce = 100;

type Wish = { readonly notifications: number; readonly dueAt: number; readonly stop: AbortSignal };

/**
 * Writes notifications into the feeds of everybody who is subscribed, and a message for each, all to be received at one moment: what
 * a service comes back to after a long outage of its push services. Directly, for through the API it would take ten times as long.
 */
export const fill = async ({ stack }: LocalStack, { notifications, dueAt, stop }: Wish): Promise<void> => {
  const { feeds } = openTables({ kind: "connection-string", connectionString: stack.tables.connectionString });
  const partitions = new Set<FeedKey>();
  for await (const { partitionKey, rowKey } of feeds.all()) {
    if (rowKey.startsWith("s_")) partitions.add(partitionKey as FeedKey);
  }
  const bus = new ServiceBusClient(stack.serviceBus.connectionString);
  const sender = bus.createSender(fanoutQueue);
  try {
    let left = notifications;
    for (const [index, feed] of [...partitions].entries()) {
      const share = Math.ceil(left / (partitions.size - index));
      left -= share;
      for (let done = 0; done < share; done += rowsAtOnce) {
        stop.throwIfAborted();
        const made = Array.from({ length: Math.min(rowsAtOnce, share - done) }, () => notificationOf(dueAt));
        await feeds.transact(made.map((one) => ({ kind: "insert", row: notificationRow(feed, one) })));
        const batch = await sender.createMessageBatch();
        for (const one of made) {
          if (!batch.tryAddMessage(messageOf(jobOf(feed, one, dueAt), one.expiresAt, Date.now())))
            throw new Error("A batch of the backlog is too large.");
        }
        await sender.sendMessages(batch);
      }
    }
  } finally {
    await bus.close();
  }
};

const notificationOf = (dueAt: number): Notification => {
  const now = Date.now();
  const expiresAt = dueAt + milliseconds.day;
  const id = newNotificationId(now);
  return {
    targetHostName: "graphnotifications.sample.windows.com",
    appNotificationId: id,
    groupName: null,
    payload: { rawContent: JSON.stringify({ order: id, text: "x".repeat(200) }) },
    platformTypes: ["WebPush"],
    priority: "None",
    expiresAt,
    displayUntil: expiresAt,
    fallback: null,
    id,
    createdAt: now,
    contentAt: now,
    knownUntil: expiresAt,
    modifiedAt: null,
    status: "active",
    readState: "unread",
    userActionState: "noInteraction",
    epoch: "backlog",
    version: 1,
    contentVersion: 1,
  };
};

const jobOf = (feed: FeedKey, { id, version }: Notification, due: number): FanoutJob => ({
  v: 1,
  feed,
  id,
  version,
  kind: "content",
  hop: 1,
  due,
  acceptedAt: Date.now(),
});
