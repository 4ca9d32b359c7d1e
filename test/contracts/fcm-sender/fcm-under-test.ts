import type { RequestListener } from "node:http";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { credentialSettingsOf, newFcmAccount } from "../../../infra/local/vendor-accounts.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { credentialsIn } from "../../../shared/channels/credentials.ts";
import { fcmCredentialAt } from "../../../shared/channels/fcm/credential.ts";
import { fcmSender } from "../../../shared/channels/fcm/fcm.http.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import type { Notification, NotificationDraft } from "../../../shared/notification/notification.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { oncePerWorker } from "../../support/once-per-worker.ts";
import { testAccounts } from "../../support/vendor-accounts.ts";
import { leavesNothing } from "../egress/leaves-nothing.ts";
import { startTlsServer } from "../egress/tls-server.ts";
import { notificationAt, subscriptionAt } from "../feed/accepted.ts";
import { startLocalService, tokenOf, type LocalService } from "../fcm-service/local-service.ts";

// Who imports these sees what the hooks below gave them.
export let service: LocalService;
export let phone: NewDevice;
export let sender: ChannelSender;
const running: (() => Promise<unknown>)[] = [];
export const content = { kind: "content", credential: "default", isRepeat: false } as const;

type SenderOptions = Parameters<typeof fcmSender>[0];
type Account = LocalService["account"];

export const settingsOf = (account: Account): Record<string, string> => ({
  FCM_CREDENTIAL_DEFAULT: credentialSettingsOf({ ...testAccounts(), fcm: account }, `${service.url}/token`)
    .FCM_CREDENTIAL_DEFAULT,
});
export const credentialsOf = (env: Record<string, string>, tokenUrl = `${service.url}/token`) =>
  credentialsIn(env, "FCM_CREDENTIAL_", fcmCredentialAt(tokenUrl));

export const senderUnderTest = (more: Partial<SenderOptions> = {}): ChannelSender => {
  const made = fcmSender({
    credentials: credentialsOf(settingsOf(service.account)),
    clock: { now: () => service.clock.now },
    url: service.url,
    extra: { hosts: [new URL(service.url).host], ca: service.ca },
    ...more,
  });
  running.push(() => made.close());
  return made;
};

export const notificationOf = (more: Partial<NotificationDraft> = {}): Notification =>
  notificationAt(service.clock.now, more);
export const subscriptionOf = (token = tokenOf(phone), packageName = "com.contoso.app"): Subscription =>
  subscriptionAt(service.clock.now, { platformType: "Android", channel: { kind: "fcm", token, packageName } });
export const send = (
  more: Partial<NotificationDraft> = {},
  by = sender,
  subscription = subscriptionOf(),
): Promise<Outcome> => by.send({ ...content, notification: notificationOf(more), subscription });

type Received = Awaited<ReturnType<LocalService["control"]["received"]>>[number];
export const messageIn = ({ content: text }: Received) =>
  (JSON.parse(text ?? "null") as { message: { data: Record<string, string>; android: Record<string, unknown> } })
    .message;
export const tap = { changeType: "afsChangeNotification", newETag: "epoch.7", baseETag: "epoch.6" };

/** A service of the test's own, in the place of Google's. */
export const inPlaceOfGoogle = async (listener: RequestListener) => {
  const server = await startTlsServer(listener);
  running.push(server.stop);
  const extra = { hosts: [new URL(service.url).host, server.host], ca: service.ca + server.ca };
  return { url: `https://${server.host}`, extra, visits: server.visits, connections: server.connections };
};

export const otherKey = oncePerWorker("another FCM account", newFcmAccount).privateKey;

/** One local FCM and one sender for all cases of the file that calls it, and for each a phone of its own. */
export const oneFcmServes = (): void => {
  beforeAll(async () => {
    service = await startLocalService();
    sender = senderUnderTest();
    running.length = 0; // it serves all tests
  });
  afterAll(async () => {
    await sender.close();
    await service.stop();
  });
  beforeEach(async () => {
    phone = await service.control.createDevice();
  });
  leavesNothing(() => service.control, running);
};
