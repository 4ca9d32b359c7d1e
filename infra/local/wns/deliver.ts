import type { IncomingHttpHeaders } from "node:http";
import type { Device } from "../push/devices.ts";
import type { PushState } from "../push/state.ts";
import type { Change } from "../push/store.ts";
import type { VirtualApps } from "../push/virtual-apps.ts";
import { presentHeaders, type WaitingMessages } from "../push/waiting-messages.ts";
import { readPushHeaders, type PushHeaders } from "./push-headers.ts";
import type { Registration } from "./registration.ts";
import { readToast } from "./toast.ts";

type Pc = Device<Registration>;
type Use = {
  readonly state: PushState<Registration>;
  readonly apps: VirtualApps<Registration>;
  readonly waiting: WaitingMessages;
  readonly now: () => number;
};
type Taken = {
  readonly headers: IncomingHttpHeaders;
  readonly read: PushHeaders;
  readonly body: Buffer;
  /** When its time is over, epoch milliseconds: counted from when WNS took it. Undefined: never. */
  readonly expires: number | undefined;
};

/** The way from WNS to the PCs. Each resolves when what it did is written. */
export type Delivery = {
  /** Hands a push to its PC, or keeps it while that is offline. `dropped`: it may not wait. */
  readonly take: (device: Pc, push: Omit<Taken, "expires">) => Promise<"received" | "dropped">;
  /** Hands over what was kept. */
  readonly cameOnline: (device: Pc) => Promise<void>;
};

/** What waits without a lifetime of its own: "a reasonable period" to Microsoft's page, and three days is what it says for tiles. */
const waitsMostMs = 3 * 24 * 3_600_000;

/** What becomes of pushes that were taken. The log notes them when they reach a PC, and those that never will. */
export const delivery = ({ state, apps, waiting, now }: Use): Delivery => {
  const hand = async (
    device: Pc,
    { headers, read, body, expires }: Taken,
    changes: readonly Change[] = [],
  ): Promise<void> => {
    const content = body.toString("utf8");
    const toast = read.type === "wns/toast" ? readToast(body) : undefined;
    if (toast?.kind === "read") {
      const { tag } = read;
      const drawn = { ...toast.toast, ...(tag !== undefined && { tag }), ...(expires !== undefined && { expires }) };
      await apps.deliver(device, { headers, content, drawn }, changes);
    } else if (read.type === "wns/raw") {
      await apps.deliver(device, { headers, content, envelope: content }, changes);
    } else {
      // Tiles and badges stand on no screen that is looked at here.
      await state.record({ device, headers, content, status: 200 }, { changes });
    }
  };

  return {
    take: async (device, push) => {
      const { headers, read, body } = push;
      const ends = read.ttlSeconds === undefined ? undefined : now() + read.ttlSeconds * 1_000;
      if (device.online) {
        await hand(device, { ...push, expires: ends });
        return "received";
      }
      if (!read.isKept) {
        const reason = "the device is offline, and X-WNS-Cache-Policy keeps nothing";
        await state.record({ device, headers, content: null, status: 200, reason });
        return "dropped";
      }
      const expires = ends ?? now() + waitsMostMs;
      const kept = { headers: presentHeaders(headers), body: body.toString("base64") };
      // One of each type is kept for a channel, the latest.
      const message = { id: crypto.randomUUID(), topic: read.type, expires, ...kept };
      await state.store.commit(waiting.keep(device.deviceId, message));
      return "received";
    },
    cameOnline: async (device) => {
      const { due, expired } = waiting.take(device.deviceId);
      const delivered = due.map(({ message: { headers, body, expires: ends }, changes }) => {
        const read = readPushHeaders(headers);
        // They were read when it was taken. Should this program have become stricter since, it is forgotten.
        if (read.kind === "refused") return state.store.commit(changes);
        const expires = read.ttlSeconds === undefined ? undefined : ends;
        return hand(device, { headers, read, body: Buffer.from(body, "base64"), expires }, changes);
      });
      await Promise.all([...delivered, state.store.commit(expired)]);
    },
  };
};
