import { randomBytes } from "node:crypto";
import { createServer } from "node:https";
import { join } from "node:path";
import { listen } from "../part.ts";
import { Refused } from "../push/control-http.ts";
import { controlServer, type Vendor } from "../push/control.ts";
import { closed, rawSockets } from "../push/https-server.ts";
import { controlled, type PushService, type PushServiceOptions } from "../push/push-service.ts";
import { openPushState, type PushState } from "../push/state.ts";
import { certificateIn } from "../push/certificate.ts";
import { deliverer, type Deliver } from "./deliver.ts";
import { pushListener } from "./push-listener.ts";
import {
  canonicalPublicKey,
  newSubscriptionKeys,
  subscriptionKeysSchema,
  type SubscriptionKeys,
} from "./subscription-keys.ts";
import { vapidReader } from "./vapid.ts";
import { openWaitingMessages, type WaitingMessages } from "../push/waiting-messages.ts";

export type WebPushOptions = PushServiceOptions & {
  /** The VAPID public key to which new devices are bound unless they ask for another: base64url, uncompressed. */
  readonly applicationServerKey: string;
  /** Takes what must be seen all the same. */
  readonly alarm: (line: string) => void;
};

/**
 * Starts the Web Push service with its virtual devices: RFC 8030 over TLS, RFC 8292 and RFC 8291, and its control API.
 * Throws `CannotStart` when a port or the folder is in use.
 */
export const startWebPush = async (options: WebPushOptions): Promise<PushService> => {
  const { folder, isEphemeral, receivedKept, print, alarm, now } = options;
  const { ca, ...tls } = await certificateIn(folder, now());
  const state = await openPushState({
    platformType: "WebPush",
    folder: isEphemeral ? undefined : join(folder, "state"),
    ownSchema: subscriptionKeysSchema,
    kept: receivedKept,
    print,
    now,
  });
  const waiting = await openWaitingMessages(state.store, now);
  const deliver = deliverer({ state, alarm, now });

  // Senders keep connections for long; ours must not close them first, just when a push is on its way.
  const server = createServer({ ...tls, keepAliveTimeout: 120_000 });
  const url = `https://127.0.0.1:${await listen(server, "Web Push service", "webpush", options.port)}`;
  const readSender = vapidReader(url, now);
  const rawSocketOf = rawSockets(server);
  server.on("request", pushListener({ state, waiting, readSender, deliver, origin: url, rawSocketOf, now }));

  const control = controlServer(
    state,
    webPushVendor({ state, waiting, deliver, url, key: options.applicationServerKey }),
  );
  return controlled({
    name: "Web Push service",
    url,
    ca,
    control,
    portName: "webpushControl",
    port: options.controlPort,
    stopSenders: () => closed(server),
    store: state.store,
  });
};

type Use = {
  readonly state: PushState<SubscriptionKeys>;
  readonly waiting: WaitingMessages;
  readonly deliver: Deliver;
  readonly url: string;
  readonly key: string;
};

const webPushVendor = (use: Use): Vendor<SubscriptionKeys> => ({
  register: ({ applicationServerKey = use.key }) => ({
    address: randomBytes(24).toString("base64url"),
    own: newSubscriptionKeys(applicationServerKey === null ? null : readPublicKey(applicationServerKey)),
  }),
  channelOf: ({ address, own: { p256dh, auth } }) => ({
    endpoint: `${use.url}/push/${address}`,
    keys: { p256dh, auth },
    expirationTime: null,
  }),
  waitingFor: ({ deviceId }) => use.waiting.count(deviceId),
  cameOnline: async (device) => {
    const { due, expired } = use.waiting.take(device.deviceId);
    const delivered = due.map(({ message, changes }) =>
      use.deliver(device, { ...message, body: Buffer.from(message.body, "base64") }, changes),
    );
    await Promise.all([...delivered, use.state.store.commit(expired)]);
  },
  forget: ({ deviceId }) => use.waiting.forget(deviceId),
  url: use.url,
});

const readPublicKey = (text: string): string => {
  const key = canonicalPublicKey(text);
  if (key !== undefined) return key;
  throw new Refused(400, "applicationServerKey: must be an uncompressed P-256 public key in base64url, or null");
};
