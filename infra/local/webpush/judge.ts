import type { IncomingHttpHeaders } from "node:http";
import type { Device, Devices } from "../push/devices.ts";
import { readPushHeaders, type PushHeaders } from "./push-headers.ts";
import type { Refusal } from "./refusal.ts";
import type { Registration } from "./registration.ts";
import type { Sender } from "./vapid.ts";

/** A push as it came in; a body beyond the limit is undefined. */
export type Push = {
  /** The endpoint's: the last part of its path. */
  readonly token: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | undefined;
};

type Accepted = PushHeaders & { readonly device: Device<Registration>; readonly body: Buffer };

/** What push services must carry (RFC 8030 section 7.2), and what all of them refuse beyond. */
export const bodyBytesMax = 4_096;

export const noSuchEndpoint: Refusal = { kind: "no-such-endpoint", message: "There is no such endpoint." };

/** Whether a push is taken: looks at the endpoint, then at its sender, then at the message. */
export const judge = (
  { token, headers, body }: Push,
  sender: Sender,
  devices: Devices<Registration>,
): Accepted | Refusal => {
  const device = devices.at(token);
  if (!device) return noSuchEndpoint;
  if (device.removed) return { kind: "endpoint-gone", message: "The device has unsubscribed." };
  const refusal = senderRefusal(sender, device.own.applicationServerKey);
  if (refusal) return refusal;
  if (!body) return { kind: "too-large", message: `The body must be at most ${bodyBytesMax} bytes.` };
  const read = readPushHeaders(headers, body.length);
  return read.kind === "accepted" ? { ...read, device, body } : read;
};

/** RFC 8292 section 4.2. A subscription without a key takes pushes of anybody, but no false claims. */
const senderRefusal = (sender: Sender, applicationServerKey: string | null): Refusal | undefined => {
  if (sender.kind === "unproven") return { kind: "not-authenticated", message: sender.reason };
  if (applicationServerKey === null) return undefined;
  if (sender.kind === "anonymous")
    return { kind: "not-authenticated", message: "The Authorization header is missing." };
  if (sender.publicKey === applicationServerKey) return undefined;
  return { kind: "wrong-sender", message: "The endpoint is bound to another application server's key." };
};
