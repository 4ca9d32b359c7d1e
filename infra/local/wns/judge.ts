import type { IncomingHttpHeaders } from "node:http";
import type { Device, Devices } from "../push/devices.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { readPushHeaders, type PushHeaders } from "./push-headers.ts";
import { refused, type Refusal } from "./refusal.ts";
import type { Registration } from "./registration.ts";
import { readToast } from "./toast.ts";

/** A push as it came in; a body beyond the limit is undefined. */
export type Push = {
  /** The channel's, as its URI has it. */
  readonly token: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | undefined;
};

type Accepted = {
  readonly kind: "accepted";
  readonly device: Device<Registration>;
  readonly headers: PushHeaders;
  readonly body: Buffer;
};
type Use = { readonly devices: Devices<Registration>; readonly tokens: AccessTokens };

/** Of a notification. */
export const bodyBytesMax = 5_000;

/** Whether a push is taken: looks at its sender, at the channel, and then at the message. */
export const judge = ({ token, headers, body }: Push, { devices, tokens }: Use): Accepted | Refusal => {
  const unknown = senderRefusal(headers.authorization, tokens);
  if (unknown) return unknown;
  const device = devices.at(token);
  if (!device) return refused(404, "The channel is not known.");
  if (device.removed) return refused(410, "The channel has expired.");
  if (device.own.packageName !== null) return refused(403, "The channel belongs to another app than the token.");
  const { "content-length": length, "transfer-encoding": coding } = headers;
  if (coding !== undefined || length === undefined)
    return refused(411, "Content-Length is missing: there are no chunks.");
  if (!body) return refused(413, `The body must be at most ${bodyBytesMax} bytes.`);
  const read = readPushHeaders(headers);
  if (read.kind === "refused") return read;
  // WNS leaves this to the PC, which drops what it cannot read, and its sender never hears of it.
  const toast = read.type === "wns/toast" ? readToast(body) : undefined;
  if (toast?.kind === "unreadable") return refused(400, `The toast cannot be shown: ${toast.reason}.`);
  return { kind: "accepted", device, headers: read, body };
};

/** RFC 6750, section 3. */
const senderRefusal = (authorization: string | undefined, tokens: AccessTokens): Refusal | undefined => {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
  if (token === undefined) {
    return refused(401, "The Authorization header has no bearer token.", { "WWW-Authenticate": "Bearer" });
  }
  const standing = tokens.check(token);
  if (standing === "valid") return undefined;
  const description = standing === "expired" ? "The token has expired." : "The token is not known.";
  const challenge = `Bearer error="invalid_token", error_description="${description}"`;
  return refused(401, description, { "WWW-Authenticate": challenge });
};
