import type { Clock } from "../../clock.ts";
import type { ChannelSender } from "../channel.ts";
import type { Credentials } from "../credentials.ts";
import type { SharedTokens } from "../shared-tokens.ts";
import type { ApnsCredential } from "./credential.ts";

type Options = {
  readonly credentials: Credentials<ApnsCredential>;
  readonly tokens: SharedTokens;
  readonly clock: Clock;
  /** Apple's own by default. */
  readonly urls?: { readonly production: string; readonly sandbox: string } | undefined;
  /** The authority (PEM) that vouches for other ones; by default the public authorities. */
  readonly ca?: string | undefined;
  /** For one `send`, all its requests together; `attemptMostMs` by default. */
  readonly timeLimitMs?: number;
};

/** APNs (HTTP/2). */
export const apnsSender = ({ urls }: Options): ChannelSender => ({
  routeOf: ({ subscription: { channel }, credential }) => ({
    origin: channel?.kind === "apns" ? (urls?.[channel.environment] ?? channel.environment) : "",
    credential: `apns:${credential}`,
  }),
  compose: () => undefined,
  send: () => Promise.resolve({ kind: "rejected", reason: "not built" }),
  close: () => Promise.resolve(),
});
