import type { IncomingHttpHeaders } from "node:http";
import type { Device } from "../push/devices.ts";
import { printedLine } from "../push/printed.ts";
import type { PushState } from "../push/state.ts";
import type { Change } from "../push/store.ts";
import { messageOpener, type Opened } from "./open-message.ts";
import type { Registration } from "./registration.ts";
import type { SubscriptionKeys } from "./subscription-keys.ts";
import { understand } from "./understand.ts";

/** A message on its way to a device, still encrypted. */
type PushMessage = {
  readonly topic?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

/** Hands a message to its virtual device; resolves when what came of it is written, with `changes` in the same write. */
export type Deliver = (
  device: Device<SubscriptionKeys>,
  message: PushMessage,
  changes?: readonly Change[],
) => Promise<void>;

type Use = {
  readonly state: PushState<Registration>;
  /** Takes what must be seen although nobody asked to see pushes. */
  readonly alarm: (line: string) => void;
  readonly now: () => number;
};

/**
 * What a browser and the app's service worker do: decrypt the message and show it, in place of the toast of the same
 * notification. A message that cannot be decrypted is noted with status 201, as the sender was answered, without content,
 * and with the reason; and it is alarmed, for a browser would drop it silently. A push without body has the content "".
 */
export const deliverer = ({ state, alarm, now }: Use): Deliver => {
  const openers = new WeakMap<SubscriptionKeys, (body: Buffer) => Opened>();
  const openerOf = (keys: SubscriptionKeys): ((body: Buffer) => Opened) => {
    const opener = openers.get(keys) ?? messageOpener(keys);
    openers.set(keys, opener);
    return opener;
  };

  return async (device, { topic, headers, body }, changes = []) => {
    const opened: Opened = body.length === 0 ? { kind: "opened", content: "" } : openerOf(device.own)(body);
    if (opened.kind === "undecryptable") {
      const reason = `cannot be decrypted: ${opened.reason}`;
      alarm(printedLine(new Date(now()).toISOString(), device.name, state.platformType, `!! ${reason}`));
      await state.record({ device, headers, content: null, status: 201, reason }, { changes });
      return;
    }
    const { content } = opened;
    const { id, seen } = understand(content);
    const toast = { ...(id !== undefined && { id }), ...(topic !== undefined && { topic }) };
    await state.record(
      { device, headers, content, status: 201 },
      { toast, changes, ...(seen !== undefined && { seen }) },
    );
  };
};
