import type { RequestListener } from "node:http";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import type { Attempt, ChannelSender } from "../../../shared/channels/channel.ts";
import type { Credentials } from "../../../shared/channels/credentials.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import type { WnsCredential } from "../../../shared/channels/wns/credential.ts";
import { wnsSender } from "../../../shared/channels/wns/wns.http.ts";
import type { Notification, NotificationDraft } from "../../../shared/notification/notification.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { leavesNothing } from "../egress/leaves-nothing.ts";
import { startTlsServer } from "../egress/tls-server.ts";
import { notificationAt, subscriptionAt } from "../feed/accepted.ts";
import { startLocalWns, uriOf, type LocalWns } from "../wns-service/local-wns.ts";

// Who imports these sees what the hooks below gave them.
export let service: LocalWns;
export let device: NewDevice;
export let sender: ChannelSender;
const running: (() => Promise<unknown>)[] = [];

export const credentialsOf = (credential: WnsCredential): Credentials<WnsCredential> => ({
  count: 1,
  of: (name) => (name === "default" ? { credential } : { fault: `set WNS_CREDENTIAL_${name.toUpperCase()}` }),
});
export const entra = (changes: Partial<Extract<WnsCredential, { kind: "entra" }>> = {}): WnsCredential => {
  const { tenantId, clientId, clientSecret } = service.account;
  return { kind: "entra", tenantId, clientId, clientSecret, ...changes };
};

type SenderOptions = Parameters<typeof wnsSender>[0];
export const senderUnderTest = (more: Partial<SenderOptions> = {}): ChannelSender => {
  const made = wnsSender({
    credentials: credentialsOf(entra()),
    clock: { now: () => service.clock.now },
    tokenUrl: `${service.url}/oauth2/v2.0/token`,
    extra: { hosts: [new URL(service.url).host], ca: service.ca },
    ...more,
  });
  running.push(() => made.close());
  return made;
};

export const notificationOf = (more: Partial<NotificationDraft> = {}): Notification =>
  notificationAt(service.clock.now, more);
export const subscriptionOf = (uri: string): Subscription =>
  subscriptionAt(service.clock.now, { platformType: "Windows", channel: { kind: "wns", uri } });
export const attemptOf = (more: Partial<Attempt> = {}): Attempt => ({
  kind: "content",
  notification: notificationOf(),
  subscription: subscriptionOf(uriOf(device)),
  credential: "default",
  isRepeat: false,
  ...more,
});
export const send = (more: Partial<Attempt> = {}, by = sender): Promise<Outcome> => by.send(attemptOf(more));

export const visual = { payload: { visualContent: { title: "Tom & Jerry <3", body: "é€😀" } } };
export const tap = { changeType: "afsChangeNotification", newETag: "epoch.7", baseETag: "epoch.6" };
export const statuses = async (): Promise<unknown[]> => (await service.control.received()).map(({ status }) => status);
export const screen = async () =>
  (await service.control.devices()).find(({ deviceId }) => deviceId === device.deviceId)!.screen;

/** A server of the test's own in the place of Microsoft's. */
export const startTls = async (listener: RequestListener) => {
  const server = await startTlsServer(listener);
  running.push(server.stop);
  const extra = { hosts: [new URL(service.url).host, server.host], ca: service.ca + server.ca };
  return { ...server, url: `https://${server.host}`, extra };
};
/** In the place of the token endpoint; `requests` are the forms it was sent. */
export const startTokenEndpoint = async (answer: RequestListener) => {
  const requests: URLSearchParams[] = [];
  const server = await startTls((request, response) => {
    let form = "";
    request
      .on("data", (chunk) => (form += String(chunk)))
      .on("end", () => {
        requests.push(new URLSearchParams(form));
        answer(request, response);
      });
  });
  return { ...server, requests, sender: senderUnderTest({ tokenUrl: `${server.url}/token`, extra: server.extra }) };
};
export const json =
  (status: number, body: unknown, headers = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

/** One local WNS for all cases of the file that calls it, and for each a PC and a sender of its own. */
export const oneWnsServes = (): void => {
  beforeAll(async () => {
    service = await startLocalWns();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    device = await service.control.createDevice();
    sender = senderUnderTest();
  });
  leavesNothing(() => service.control, running);
};
