import { createServer } from "node:https";
import { join } from "node:path";
import * as z from "zod";
import { listen } from "../part.ts";
import { certificateIn } from "../push/certificate.ts";
import { controlServer, type Vendor } from "../push/control.ts";
import { closed, rawSockets } from "../push/https-server.ts";
import { controlled, type PushService, type PushServiceOptions } from "../push/push-service.ts";
import { openPushState } from "../push/state.ts";
import { virtualApps } from "../push/virtual-apps.ts";
import { openWaitingMessages } from "../push/waiting-messages.ts";
import type { VendorAccounts } from "../vendor-accounts.ts";
import { accessTokens } from "./access-tokens.ts";
import { delivery } from "./deliver.ts";
import type { AndroidApp } from "./judge.ts";
import { fcmListener } from "./listener.ts";
import { newRegistrationToken } from "./registration-token.ts";

export type FcmOptions = PushServiceOptions & {
  /** Who may send. */
  readonly account: VendorAccounts["fcm"];
};

const ownSchema = z.object({ packageName: z.string() });

/**
 * Starts the local FCM with its virtual Android phones: HTTP v1 over TLS, with Google's token endpoint at `/token`, and its control API.
 * Throws `CannotStart` when a port or the folder is in use.
 */
export const startFcm = async (options: FcmOptions): Promise<PushService> => {
  const { folder, isEphemeral, receivedKept, print, now, account } = options;
  const { projectId } = account;
  const { ca, ...tls } = await certificateIn(folder, now());
  const state = await openPushState({
    platformType: "Android",
    folder: isEphemeral ? undefined : join(folder, "state"),
    ownSchema,
    kept: receivedKept,
    print,
    now,
  });
  const waiting = await openWaitingMessages(state.store, now);
  const apps = virtualApps({ state });
  const phones = delivery({ store: state.store, apps, waiting, now });

  // Senders keep connections for long; ours must not close them first, just when a push is on its way.
  const server = createServer({ ...tls, keepAliveTimeout: 120_000 });
  const url = `https://127.0.0.1:${await listen(server, "FCM", "fcm", options.port)}`;
  const tokens = accessTokens({ account, url: `${url}/token`, now });
  const rawSocketOf = rawSockets(server);
  server.on("request", fcmListener({ state, delivery: phones, tokens, projectId, rawSocketOf, now }));

  const control = controlServer(state, {
    register: ({ packageName = "com.contoso.app" }) => ({
      address: newRegistrationToken(projectId),
      own: { packageName },
    }),
    channelOf: ({ address, own: { packageName } }) => ({ token: address, packageName }),
    waitingFor: ({ deviceId }) => waiting.count(deviceId),
    cameOnline: phones.cameOnline,
    forget: ({ deviceId }) => waiting.forget(deviceId),
    apps,
    url,
  } satisfies Vendor<AndroidApp>);
  return controlled({
    name: "FCM",
    url,
    ca,
    control,
    portName: "fcmControl",
    port: options.controlPort,
    stopSenders: () => closed(server),
    store: state.store,
  });
};
