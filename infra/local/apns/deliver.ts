import type { IncomingHttpHeaders } from "node:http";
import type { Device } from "../push/devices.ts";
import type { PushState } from "../push/state.ts";
import type { VirtualApps } from "../push/virtual-apps.ts";
import { presentHeaders, type WaitingMessages } from "../push/waiting-messages.ts";
import { readPayload, type Payload } from "./payload.ts";
import type { Registration } from "./registration.ts";

type Use = {
  readonly state: PushState<Registration>;
  readonly apps: VirtualApps<Registration>;
  readonly waiting: WaitingMessages;
  readonly now: () => number;
};

/** A push that was taken. */
type Taken = {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly payload: Payload;
  readonly collapseId: string | undefined;
  /** Until when it may wait for the device, milliseconds since the epoch; undefined when it must not. */
  readonly expires: number | undefined;
};

type IPhone = Device<Registration>;

/** The way from APNs to the devices. Each resolves when what it did is written. */
export type Delivery = {
  /** Hands a push to its device, or keeps it while that is offline. */
  readonly take: (device: IPhone, push: Taken) => Promise<void>;
  /** Hands over what was kept. */
  readonly cameOnline: (device: IPhone) => Promise<void>;
};

/**
 * APNs keeps one push for an app on a device that is offline, the latest, however they collapse; and none for longer than it says.
 * https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 */
export const pushesKept = 1;

/** What becomes of pushes that were taken. The log notes them when they reach a device, and those that never will. */
export const delivery = ({ state, apps, waiting, now }: Use): Delivery => {
  const dropped = (device: IPhone, { headers }: Taken, reason: string): Promise<void> =>
    state.record({ device, headers, content: null, status: 200, reason });

  return {
    take: async (device, push) => {
      const { id, headers, body, payload, collapseId: topic, expires } = push;
      const { deviceId } = device;
      if (expires !== undefined && expires <= now()) return dropped(device, push, "it had expired before it came");
      if (device.online) return apps.deliver(device, pushedOf(payload, { headers, body, topic }));
      if (expires === undefined)
        return dropped(device, push, "the device is offline, and apns-expiration 0 keeps nothing");
      const message = {
        id,
        expires,
        ...(topic !== undefined && { topic }),
        headers: presentHeaders(headers),
        body: body.toString("base64"),
      };
      await state.store.commit(waiting.keep(deviceId, message));
    },
    cameOnline: async (device) => {
      const { due, expired } = waiting.take(device.deviceId);
      const delivered = due.map(({ message, changes }) => {
        const body = Buffer.from(message.body, "base64");
        const payload = readPayload(body);
        // It was read when it was taken. Should this program have become stricter since, it is forgotten.
        if (payload.kind === "refused") return state.store.commit(changes);
        return apps.deliver(device, pushedOf(payload, { ...message, body }), changes);
      });
      await Promise.all([...delivered, state.store.commit(expired)]);
    },
  };
};

type Sent = { readonly headers: IncomingHttpHeaders; readonly body: Buffer; readonly topic?: string | undefined };

const pushedOf = ({ drawn, handed }: Payload, { headers, body, topic }: Sent) => ({
  headers,
  content: body.toString("utf8"),
  ...(drawn && { drawn: { ...drawn, ...(topic !== undefined && { tag: topic }) } }),
  ...(handed !== undefined && { envelope: handed }),
});
