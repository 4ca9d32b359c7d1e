import type { Clock } from "../../clock.ts";
import type { ChannelSender } from "../channel.ts";
import type { Credentials } from "../credentials.ts";
import type { Exception } from "../egress/guarded-agent.http.ts";
import type { FcmCredential } from "./credential.ts";

type Options = {
  readonly credentials: Credentials<FcmCredential>;
  readonly clock: Clock;
  /** Google's own by default. */
  readonly url?: string | undefined;
  /** Where all tokens come from; by default where the credential says, which must be Google's own place. */
  readonly tokenUrl?: string | undefined;
  /** The one thing that may be elsewhere than on the public internet. */
  readonly extra?: Exception;
  /** Each carries one request at a time. 64 by default. */
  readonly connectionsPerOrigin?: number;
  /** For one `send`, all its requests together; `attemptMostMs` by default. */
  readonly timeLimitMs?: number;
};

/** FCM (HTTP v1). */
export const fcmSender = ({ url = "https://fcm.googleapis.com" }: Options): ChannelSender => ({
  routeOf: ({ credential }) => ({ origin: url, credential: `fcm:${credential}` }),
  compose: () => undefined,
  send: () => Promise.resolve({ kind: "rejected", reason: "not built" }),
  close: () => Promise.resolve(),
});
