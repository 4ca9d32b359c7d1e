import { createServer } from "node:https";
import { join } from "node:path";
import { listen } from "../part.ts";
import { certificateIn } from "../push/certificate.ts";
import { controlServer, type Vendor } from "../push/control.ts";
import { closed, rawSockets } from "../push/https-server.ts";
import { controlled, type PushService, type PushServiceOptions } from "../push/push-service.ts";
import { openPushState } from "../push/state.ts";
import { virtualApps } from "../push/virtual-apps.ts";
import { openWaitingMessages, type WaitingMessages } from "../push/waiting-messages.ts";
import type { VendorAccounts } from "../vendor-accounts.ts";
import { accessTokens } from "./access-tokens.ts";
import { delivery, type Delivery } from "./deliver.ts";
import { wnsListener } from "./listener.ts";
import { isTagOf, newChannelToken, registrationSchema, type Registration } from "./registration.ts";

export type WnsOptions = PushServiceOptions & {
  /** Who may send. */
  readonly account: VendorAccounts["wns"];
};

/**
 * Starts the local WNS with its PCs: both token flows and the channels over TLS, and its control API.
 * Throws `CannotStart` when a port or the folder is in use.
 */
export const startWns = async (options: WnsOptions): Promise<PushService> => {
  const { folder, isEphemeral, account, receivedKept, print, now } = options;
  const { ca, ...tls } = await certificateIn(folder, now());
  const state = await openPushState({
    platformType: "Windows",
    folder: isEphemeral ? undefined : join(folder, "state"),
    ownSchema: registrationSchema,
    kept: receivedKept,
    print,
    now,
  });
  const waiting = await openWaitingMessages(state.store, now);
  const apps = virtualApps({ state, isTagOf });
  const toDevices = delivery({ state, apps, waiting, now });

  // Senders keep connections for long; ours must not close them first, just when a push is on its way.
  const server = createServer({ ...tls, keepAliveTimeout: 120_000 });
  const tokens = accessTokens(account, now);
  server.on("request", wnsListener({ state, tokens, delivery: toDevices, rawSocketOf: rawSockets(server) }));
  const url = `https://127.0.0.1:${await listen(server, "WNS", "wns", options.port)}`;

  const control = controlServer(state, { ...wnsVendor({ waiting, toDevices, url }), apps });
  return controlled({
    name: "WNS",
    url,
    ca,
    control,
    portName: "wnsControl",
    port: options.controlPort,
    stopSenders: () => closed(server),
    store: state.store,
  });
};

type Use = { readonly waiting: WaitingMessages; readonly toDevices: Delivery; readonly url: string };

const wnsVendor = ({ waiting, toDevices, url }: Use): Vendor<Registration> => ({
  // With a package name it is another app's channel than that of the account which may send.
  register: ({ packageName = null }) => ({ address: newChannelToken(), own: { packageName } }),
  channelOf: ({ address }) => ({ uri: `${url}/?token=${address}` }),
  waitingFor: ({ deviceId }) => waiting.count(deviceId),
  cameOnline: toDevices.cameOnline,
  forget: ({ deviceId }) => waiting.forget(deviceId),
  url,
});
