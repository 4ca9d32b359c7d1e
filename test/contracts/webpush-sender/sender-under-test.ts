import type { RequestListener } from "node:http";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { webPushSender } from "../../../shared/channels/webpush/webpush.http.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import type { Notification, NotificationDraft } from "../../../shared/notification/notification.ts";
import type { Subscription, WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { leavesNothing } from "../egress/leaves-nothing.ts";
import { startTlsServer } from "../egress/tls-server.ts";
import { notificationAt, subscriptionAt } from "../feed/accepted.ts";
import { startLocalService, type LocalService } from "../webpush-service/local-service.ts";

// Who imports these sees what the hooks below gave them.
export let service: LocalService;
export let device: NewDevice;
export let sender: ChannelSender;
/** What ends after each case. */
export const running: (() => Promise<unknown>)[] = [];

/** What is the same of all attempts here. */
export const content = { kind: "content", credential: "default", isRepeat: false } as const;

type SenderOptions = Parameters<typeof webPushSender>[0];
export const senderUnderTest = (more: Partial<SenderOptions> = {}): ChannelSender => {
  const clock = { now: () => service.clock.now };
  const vapid = { ...service.keys, subject: "mailto:operator@contoso.com" };
  const extra = { hosts: [new URL(service.url).host], ca: service.ca };
  const made = webPushSender({ vapid, clock, extra, ...more });
  running.push(() => made.close());
  return made;
};

export const notificationOf = (more: Partial<NotificationDraft> = {}): Notification =>
  notificationAt(service.clock.now, more);
export const subscriptionOf = ({ channel }: { readonly channel: Readonly<Record<string, unknown>> }): Subscription => {
  const webPush = { kind: "webpush", ...channel } as unknown as WebPushChannel;
  return subscriptionAt(service.clock.now, { channel: webPush });
};
export const send = (more: Partial<NotificationDraft> = {}, by = sender): Promise<Outcome> =>
  by.send({ ...content, notification: notificationOf(more), subscription: subscriptionOf(device) });

export const contentOf = (content: string | null): unknown => JSON.parse(content ?? "null");
export const tap = { changeType: "afsChangeNotification", newETag: "epoch.7", baseETag: "epoch.6" };

/** A push service of the test's own, behind the certificate of `ca`. */
export const startTls = async (listener: RequestListener) => {
  const server = await startTlsServer(listener);
  running.push(server.stop);
  const endpoint = `https://${server.host}/push/secret`;
  return { ...server, subscription: subscriptionOf({ channel: { ...device.channel, endpoint } }) };
};

/** One local push service for all cases of the file that calls it, and for each a browser and a sender of its own. */
export const onePushServiceServes = (): void => {
  beforeAll(async () => {
    service = await startLocalService();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    device = await service.control.createDevice();
    sender = senderUnderTest();
  });
  leavesNothing(() => service.control, running);
};
