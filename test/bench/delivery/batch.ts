import { milliseconds } from "../../../shared/clock.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import { firstJobs } from "../../../shared/fanout/first-jobs.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { platformTypes, type NotificationDraft } from "../../../shared/notification/notification.ts";
import type { WebPushChannel } from "../../../shared/subscription/subscription.ts";
import type { PushControl } from "../../../infra/local/push/control-client.ts";
import type { OurHandler } from "./handler.ts";

export const hostName = "app.contoso.com";
const rawContent = "x".repeat(400);
/** Several, as messages that wait are of several users. */
const usersCount = 20;

/** One push as everybody makes it: the same text for the same device, with the same headers. */
export type Push = {
  readonly deviceId: string;
  readonly channel: WebPushChannel;
  readonly text: string;
  readonly ttlSeconds: number;
  readonly urgency: "high";
  readonly topic: string;
};

/** Notifications that were accepted: the messages that have them delivered, and the pushes that come of it. */
export type Batch = { readonly jobs: readonly FanoutJob[]; readonly pushes: readonly Push[] };

/** Users with so many devices each at the local push service, all subscribed. Gives what accepts notifications for them, one after another. */
export const subscribers = async ({ feed, subscriptions, compose }: OurHandler, control: PushControl, each: number) => {
  const feeds: FeedKey[] = [];
  for (let number = 0; number < usersCount; number += 1) {
    const user = { tenantId: "bench", objectId: `user-${number}`, principalName: `user-${number}@contoso.com` };
    for (const device of await control.createDevices({ count: each })) {
      const draft = {
        targetHostName: hostName,
        platformType: "WebPush",
        deviceId: device.deviceId,
        displayName: device.name,
        notificationType: "NotificationWithPayload",
        channel: { kind: "webpush", ...device.channel } as unknown as WebPushChannel, // exactly what a subscription takes
        channelExpiresAt: null,
      } as const;
      await subscriptions.subscribe(user, draft, Date.now() + milliseconds.day);
    }
    feeds.push(feedKeyOf(user, hostName));
  }

  const pushesOf = async (to: FeedKey, { id }: Pick<FanoutJob, "id">): Promise<Push[]> => {
    const notification = await feed.findStored(to, id);
    return (await subscriptions.of(to)).flatMap((subscription): Push[] => {
      const { deviceId, channel } = subscription;
      if (!notification || channel?.kind !== "webpush") return [];
      const attempt = { kind: "content", notification, subscription, credential: "default", isRepeat: false } as const;
      const { body: text = "", headers } = compose(attempt) ?? {};
      const [ttlSeconds, topic] = [Number(headers?.ttl), headers?.topic ?? ""];
      return [{ deviceId, channel, text, ttlSeconds, urgency: "high", topic }];
    });
  };

  return async (count: number): Promise<Batch> => {
    const jobs: FanoutJob[] = [];
    const pushes: Push[] = [];
    for (let number = 0; number < count; number += 1) {
      const to = feeds[number % feeds.length] ?? feedKeyOf({ tenantId: "", objectId: "" }, hostName);
      const accepted = await feed.accept(to, draftNow());
      jobs.push(...firstJobs({ ...accepted, feed: to, fallback: null }));
      pushes.push(...(await pushesOf(to, accepted.notification)));
    }
    return { jobs, pushes };
  };
};

const draftNow = (): NotificationDraft => {
  const expiresAt = Date.now() + milliseconds.hour;
  return {
    targetHostName: hostName,
    appNotificationId: crypto.randomUUID(),
    groupName: null,
    payload: { rawContent },
    platformTypes,
    priority: "High",
    expiresAt,
    displayUntil: expiresAt,
    fallback: null,
  };
};
