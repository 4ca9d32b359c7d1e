import type { IncomingHttpHeaders } from "node:http";
import type { Device } from "../push/devices.ts";
import type { PushState } from "../push/state.ts";
import { presentHeaders, type WaitingMessages } from "../push/waiting-messages.ts";
import type { Browsers } from "./browsers/browsers.ts";
import type { Deliver } from "./deliver.ts";
import { isBrowsers, isVirtual, type Registration } from "./registration.ts";

/** A push that is taken, still encrypted. */
type Taken = {
  /** The message resource's own id. */
  readonly id: string;
  readonly topic?: string | undefined;
  /** For how long it is kept for a device that is away. */
  readonly ttlSeconds: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Resolves when the sender may be told that the push is taken: it has arrived, or it is kept, or it was not to be kept. */
export type HandOver = (device: Device<Registration>, taken: Taken) => Promise<void>;

type Use = {
  readonly state: PushState<Registration>;
  readonly waiting: WaitingMessages;
  readonly deliver: Deliver;
  readonly browsers: Browsers;
  readonly now: () => number;
};

/**
 * A virtual device that is online has it at once. Everything else waits: for a virtual device until it comes online, for a real browser,
 * which is told right away if it is connected, until it acknowledges.
 */
export const handingOver =
  ({ state, waiting, deliver, browsers, now }: Use): HandOver =>
  async (device, taken) => {
    if (isVirtual(device) && device.online) return deliver(device, taken);
    const { id, topic, ttlSeconds, headers, body } = taken;
    const message = {
      id,
      ...(topic !== undefined && { topic }),
      expires: now() + ttlSeconds * 1000,
      headers: presentHeaders(headers),
      body: body.toString("base64"),
    };
    const { deviceId } = device;
    // Without time to wait it is not kept, but still takes the place of the one with its topic.
    const written = state.store.commit(
      ttlSeconds > 0 ? waiting.keep(deviceId, message) : waiting.withdraw(deviceId, message),
    );
    // In the same breath: a hello that came in between would be given it as well.
    if (isBrowsers(device)) browsers.tell(device, message);
    await written;
  };
