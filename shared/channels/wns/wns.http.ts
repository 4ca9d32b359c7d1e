import type { Clock } from "../../clock.ts";
import type { ChannelSender } from "../channel.ts";
import type { Credentials } from "../credentials.ts";
import type { Exception } from "../egress/guarded-agent.http.ts";
import type { WnsCredential } from "./credential.ts";

type Options = {
  readonly credentials: Credentials<WnsCredential>;
  readonly clock: Clock;
  /** Where all tokens come from, new and legacy ones; Microsoft's own two places by default. */
  readonly tokenUrl?: string | undefined;
  /** The one thing that may be elsewhere than on the public internet. */
  readonly extra?: Exception;
  /** To one host of WNS; each carries one request at a time. 64 by default. */
  readonly connectionsPerOrigin?: number;
  /** For one `send`, all its requests together; `attemptMostMs` by default. */
  readonly timeLimitMs?: number;
};

/** WNS. */
export const wnsSender = (_options: Options): ChannelSender => ({
  routeOf: ({ subscription: { channel }, credential }) => ({
    origin: channel?.kind === "wns" ? new URL(channel.uri).origin : "",
    credential: `wns:${credential}`,
  }),
  compose: () => undefined,
  send: () => Promise.resolve({ kind: "rejected", reason: "not built" }),
  close: () => Promise.resolve(),
});
