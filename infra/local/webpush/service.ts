import { randomBytes } from "node:crypto";
import { createServer } from "node:https";
import { join } from "node:path";
import { listen } from "../part.ts";
import { Refused } from "../http/refused.ts";
import { controlServer, type Vendor } from "../push/control.ts";
import type { Device } from "../push/devices.ts";
import { closed, rawSockets } from "../push/https-server.ts";
import { controlled, type PushService, type PushServiceOptions } from "../push/push-service.ts";
import { openPushState, type PushState } from "../push/state.ts";
import { certificateIn } from "../push/certificate.ts";
import { browserDoor } from "./browsers/browser-door.websocket.ts";
import { browsersPath } from "./browsers/browser-url.ts";
import { browsersOf, type Browsers } from "./browsers/browsers.ts";
import { deliverer, type Deliver } from "./deliver.ts";
import { handingOver } from "./hand-over.ts";
import { pushListener } from "./push-listener.ts";
import { isBrowsers, isVirtual, registrationSchema, type Registration } from "./registration.ts";
import { canonicalPublicKey, newSubscriptionKeys } from "./subscription-keys.ts";
import { vapidReader } from "./vapid.ts";
import { openWaitingMessages, type WaitingMessages } from "../push/waiting-messages.ts";

export type WebPushOptions = PushServiceOptions & {
  /** The VAPID public key to which new devices are bound unless they ask for another: base64url, uncompressed. */
  readonly applicationServerKey: string;
  /** Takes what must be seen all the same. */
  readonly alarm: (line: string) => void;
  /** After how long a real browser's silence about a push is noted; 30 seconds by default. */
  readonly ackWithinMs?: number;
};

/**
 * Starts the Web Push service with its virtual devices: RFC 8030 over TLS, RFC 8292 and RFC 8291, its control API, and beside that
 * the door for real browsers.
 * Throws `CannotStart` when a port or the folder is in use.
 */
export const startWebPush = async (options: WebPushOptions): Promise<PushService> => {
  const { folder, isEphemeral, receivedKept, print, alarm, now, ackWithinMs = 30_000 } = options;
  const { ca, ...tls } = await certificateIn(folder, now());
  const state = await openPushState({
    platformType: "WebPush",
    folder: isEphemeral ? undefined : join(folder, "state"),
    ownSchema: registrationSchema,
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
  const endpointOf = ({ address }: Device<Registration>): string => `${url}/push/${address}`;
  const browsers = browsersOf({ state, waiting, endpointOf, alarm, ackWithinMs });
  const handOver = handingOver({ state, waiting, deliver, browsers, now });
  server.on("request", pushListener({ state, waiting, readSender, handOver, origin: url, rawSocketOf }));

  const key = options.applicationServerKey;
  const control = controlServer(state, webPushVendor({ state, waiting, deliver, browsers, endpointOf, url, key }));
  const door = browserDoor(control, browsers);
  return controlled({
    name: "Web Push service",
    url,
    ca,
    control,
    portName: "webpushControl",
    port: options.controlPort,
    stopSenders: async () => {
      await Promise.all([closed(server), door.stop()]);
    },
    store: state.store,
  });
};

type Use = {
  readonly state: PushState<Registration>;
  readonly waiting: WaitingMessages;
  readonly deliver: Deliver;
  readonly browsers: Browsers;
  readonly endpointOf: (device: Device<Registration>) => string;
  readonly url: string;
  readonly key: string;
};

const webPushVendor = (use: Use): Vendor<Registration> => ({
  register: ({ applicationServerKey = use.key }) => ({
    address: randomBytes(24).toString("base64url"),
    own: newSubscriptionKeys(applicationServerKey === null ? null : readPublicKey(applicationServerKey)),
  }),
  kindOf: ({ own }) => own.kind,
  channelOf: (device) => ({
    endpoint: use.endpointOf(device),
    // A browser gives the keys to its page alone.
    ...(isVirtual(device) && { keys: { p256dh: device.own.p256dh, auth: device.own.auth } }),
    expirationTime: null,
  }),
  waitingFor: ({ deviceId }) => use.waiting.count(deviceId),
  cameOnline: async (device) => {
    if (!isVirtual(device)) return;
    const { due, expired } = use.waiting.take(device.deviceId);
    const delivered = due.map(({ message, changes }) =>
      use.deliver(device, { ...message, body: Buffer.from(message.body, "base64") }, changes),
    );
    await Promise.all([...delivered, use.state.store.commit(expired)]);
  },
  forget: (device) => (isBrowsers(device) ? use.browsers.end(device) : use.waiting.forget(device.deviceId)),
  url: use.url,
  routes: [
    [
      "GET",
      browsersPath,
      () => ({ status: 426, json: { error: "Browsers connect here by WebSocket: set dom.push.serverURL." } }),
    ],
  ],
});

const readPublicKey = (text: string): string => {
  const key = canonicalPublicKey(text);
  if (key !== undefined) return key;
  throw new Refused(400, "applicationServerKey: must be an uncompressed P-256 public key in base64url, or null");
};
