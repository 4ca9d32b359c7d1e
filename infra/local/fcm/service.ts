import { randomBytes } from "node:crypto";
import { createServer } from "node:https";
import { join } from "node:path";
import { z } from "zod";
import { listen, type Running } from "../part.ts";
import { certificateIn } from "../push/certificate.ts";
import { controlServer } from "../push/control.ts";
import { openPushState } from "../push/state.ts";
import type { VendorAccounts } from "../vendor-accounts.ts";

export type FcmOptions = {
  readonly port: number;
  readonly controlPort: number;
  /** Where the certificate and, unless `isEphemeral`, the state are kept. */
  readonly folder: string;
  readonly isEphemeral: boolean;
  /** Who may send. */
  readonly account: VendorAccounts["fcm"];
  readonly receivedKept: number;
  /** Takes one line for each push; undefined when nobody wants to see them. */
  readonly print: ((line: string) => void) | undefined;
  readonly now: () => number;
};

/** The running service: where senders push to, where it is controlled, and the authority (PEM) senders must trust. */
export type Fcm = Running & { readonly url: string; readonly controlUrl: string; readonly ca: string };

const ownSchema = z.object({ packageName: z.string() });

/** Starts the local fcm with its virtual devices, and its control API. Throws `CannotStart` when a port or the folder is in use. */
export const startFcm = async (options: FcmOptions): Promise<Fcm> => {
  const { folder, isEphemeral, receivedKept, print, now } = options;
  const { ca, ...tls } = await certificateIn(folder, now());
  const state = await openPushState({
    platformType: "Android",
    folder: isEphemeral ? undefined : join(folder, "state"),
    ownSchema,
    kept: receivedKept,
    print,
    now,
  });
  const server = createServer(tls, (_request, response) => response.writeHead(501).end());
  const url = `https://127.0.0.1:${await listen(server, "fcm service", "fcm", options.port)}`;
  const control = controlServer(state, {
    register: ({ packageName = "com.contoso.app" }) => ({
      address: randomBytes(60).toString("base64url"),
      own: { packageName },
    }),
    channelOf: ({ address, own: { packageName } }) => ({ token: address, packageName }),
    waitingFor: () => 0,
    cameOnline: () => Promise.resolve(),
    forget: () => [],
    url,
  });
  const controlPort = await listen(control, "fcm service (control)", "fcmControl", options.controlPort);
  const controlUrl = `http://127.0.0.1:${controlPort}`;
  return {
    url,
    controlUrl,
    ca,
    ready: `fcm service ready on ${url} (control ${controlUrl})`,
    stop: async () => {
      for (const one of [server, control]) one.closeAllConnections();
      await Promise.all([server, control].map((one) => new Promise((resolve) => one.close(resolve))));
      await state.store.close();
    },
  };
};
