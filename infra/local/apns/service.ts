import { randomBytes } from "node:crypto";
import { createServer } from "node:https";
import { join } from "node:path";
import { z } from "zod";
import { listen, type Running } from "../part.ts";
import { certificateIn } from "../push/certificate.ts";
import { controlServer } from "../push/control.ts";
import { openPushState } from "../push/state.ts";
import type { VendorAccounts } from "../vendor-accounts.ts";

export type ApnsOptions = {
  readonly port: number;
  readonly controlPort: number;
  /** Where the certificate and, unless `isEphemeral`, the state are kept. */
  readonly folder: string;
  readonly isEphemeral: boolean;
  /** Who may send. */
  readonly account: VendorAccounts["apns"];
  readonly receivedKept: number;
  /** Takes one line for each push; undefined when nobody wants to see them. */
  readonly print: ((line: string) => void) | undefined;
  readonly now: () => number;
};

/** The running service: where senders push to, where it is controlled, and the authority (PEM) senders must trust. */
export type Apns = Running & { readonly url: string; readonly controlUrl: string; readonly ca: string };

const ownSchema = z.object({ bundleId: z.string() });

/** Starts the local apns with its virtual devices, and its control API. Throws `CannotStart` when a port or the folder is in use. */
export const startApns = async (options: ApnsOptions): Promise<Apns> => {
  const { folder, isEphemeral, receivedKept, print, now } = options;
  const { ca, ...tls } = await certificateIn(folder, now());
  const state = await openPushState({
    platformType: "iOS",
    folder: isEphemeral ? undefined : join(folder, "state"),
    ownSchema,
    kept: receivedKept,
    print,
    now,
  });
  const server = createServer(tls, (_request, response) => response.writeHead(501).end());
  const url = `https://127.0.0.1:${await listen(server, "apns service", "apns", options.port)}`;
  const control = controlServer(state, {
    register: ({ bundleId = "com.contoso.app" }) => ({ address: randomBytes(32).toString("hex"), own: { bundleId } }),
    channelOf: ({ address, own: { bundleId } }) => ({ token: address, bundleId, environment: "production" }),
    waitingFor: () => 0,
    cameOnline: () => Promise.resolve(),
    forget: () => [],
    url,
  });
  const controlPort = await listen(control, "apns service (control)", "apnsControl", options.controlPort);
  const controlUrl = `http://127.0.0.1:${controlPort}`;
  return {
    url,
    controlUrl,
    ca,
    ready: `apns service ready on ${url} (control ${controlUrl})`,
    stop: async () => {
      for (const one of [server, control]) one.closeAllConnections();
      await Promise.all([server, control].map((one) => new Promise((resolve) => one.close(resolve))));
      await state.store.close();
    },
  };
};
