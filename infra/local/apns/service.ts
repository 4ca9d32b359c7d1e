import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { listen } from "../part.ts";
import { certificateIn } from "../push/certificate.ts";
import { controlServer, type Vendor } from "../push/control.ts";
import { controlled, type PushService, type PushServiceOptions } from "../push/push-service.ts";
import { openPushState, type PushState } from "../push/state.ts";
import { virtualApps } from "../push/virtual-apps.ts";
import { openWaitingMessages, type WaitingMessages } from "../push/waiting-messages.ts";
import type { VendorAccounts } from "../vendor-accounts.ts";
import { connections } from "./connections.ts";
import { senderControl } from "./control-routes.ts";
import { delivery, pushesKept, type Delivery } from "./deliver.ts";
import { providerTokenCheck } from "./provider-token.ts";
import { pushListener } from "./push-listener.ts";
import { registrationSchema, type Registration } from "./registration.ts";
import { tokenUpdates } from "./token-updates.ts";

export type ApnsOptions = PushServiceOptions & {
  /** Who may send. */
  readonly account: VendorAccounts["apns"];
};

/** `url` is the production service. The sandbox is the same by another name: `localhost` instead of `127.0.0.1`. */
export type Apns = PushService;

/**
 * Starts the local APNs with its iPhones: HTTP/2 over TLS, provider tokens, and its control API.
 * Throws `CannotStart` when a port or the folder is in use.
 */
export const startApns = async (options: ApnsOptions): Promise<Apns> => {
  const { folder, isEphemeral, receivedKept, print, now } = options;
  const { ca, ...tls } = await certificateIn(folder, now());
  const state = await openPushState({
    platformType: "iOS",
    folder: isEphemeral ? undefined : join(folder, "state"),
    ownSchema: registrationSchema,
    kept: receivedKept,
    print,
    now,
  });
  const waiting = await openWaitingMessages(state.store, now, pushesKept);
  const apps = virtualApps({ state });
  const toDevices = delivery({ state, apps, waiting, now });

  const senders = connections(tls);
  const updates = tokenUpdates(now);
  const { routes, refusesStream } = senderControl(senders, updates);
  const checkToken = providerTokenCheck(options.account, now);
  senders.server.on(
    "request",
    pushListener({ state, connections: senders, delivery: toDevices, updates, checkToken, refusesStream, now }),
  );
  const url = `https://127.0.0.1:${await listen(senders.server, "APNs", "apns", options.port)}`;

  const vendor = apnsVendor({ state, waiting, toDevices, url, now });
  const control = controlServer(state, { ...vendor, apps, routes });
  return controlled({
    name: "APNs",
    url,
    ca,
    control,
    portName: "apnsControl",
    port: options.controlPort,
    stopSenders: senders.close,
    store: state.store,
  });
};

type Use = {
  readonly state: PushState<Registration>;
  readonly waiting: WaitingMessages;
  readonly toDevices: Delivery;
  readonly url: string;
  readonly now: () => number;
};

const apnsVendor = ({ state, waiting, toDevices, url, now }: Use): Vendor<Registration> => ({
  register: ({ bundleId = "com.contoso.app", environment = "production" }) => ({
    address: randomBytes(32).toString("hex"),
    own: { bundleId, environment },
  }),
  channelOf: ({ address, own: { bundleId, environment } }) => ({ token: address, bundleId, environment }),
  waitingFor: ({ deviceId }) => waiting.count(deviceId),
  cameOnline: toDevices.cameOnline,
  forget: (device) => {
    // Since when it is gone, senders are told. This comes after the change that says that it is gone, and so must say it as well.
    const own = { ...device.own, unregisteredAt: now() };
    const gone = state.devices.put({ ...device, online: false, removed: true, own });
    return [...waiting.forget(device.deviceId), ...gone];
  },
  url,
});
