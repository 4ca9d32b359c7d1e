import type { Server } from "node:http";
import { listen, type Running } from "../part.ts";
import type { PortName } from "../settings.ts";
import { closed } from "./https-server.ts";

/** What every local push service is started with. */
export type PushServiceOptions = {
  readonly port: number;
  readonly controlPort: number;
  /** Where the certificate and, unless `isEphemeral`, the state are kept. */
  readonly folder: string;
  readonly isEphemeral: boolean;
  readonly receivedKept: number;
  /** Takes one line for each push; undefined when nobody wants to see them. */
  readonly print: ((line: string) => void) | undefined;
  readonly now: () => number;
};

/** The running service: where senders push to, where it is controlled, and the authority (PEM) senders must trust. */
export type PushService = Running & { readonly url: string; readonly controlUrl: string; readonly ca: string };

type Beside = {
  readonly name: string;
  readonly url: string;
  readonly ca: string;
  readonly control: Server;
  readonly portName: PortName;
  readonly port: number;
  /** Resolves when senders are served no more. */
  readonly stopSenders: () => Promise<void>;
  readonly store: { readonly close: () => Promise<void> };
};

/** Has the control API listen beside a service that senders reach already. Throws `CannotStart` when its port is in use. */
export const controlled = async (service: Beside): Promise<PushService> => {
  const { name, url, ca, control, portName, port, stopSenders, store } = service;
  const controlUrl = `http://127.0.0.1:${await listen(control, `${name} (control)`, portName, port)}`;
  return {
    url,
    controlUrl,
    ca,
    ready: `${name} ready on ${url} (control ${controlUrl})`,
    stop: async () => {
      await Promise.all([stopSenders(), closed(control)]);
      await store.close();
    },
  };
};
