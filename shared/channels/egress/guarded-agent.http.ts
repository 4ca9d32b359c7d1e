import { isIPv6 } from "node:net";
import { Agent, type buildConnector } from "undici";
import { guardedConnector, type Resolve } from "./guarded-connector.http.ts";
import { isPublicAddress } from "./public-address.ts";

/**
 * A developer's own push service: its `host:port` pairs, and the CA (PEM) that they, and only they, are trusted with; without one,
 * the public authorities.
 */
export type Exception = { readonly hosts: readonly string[]; readonly ca?: string | undefined };

type Options = {
  /** Connections to one origin at most; each carries one request at a time. */
  readonly connectionsPerOrigin: number;
  /** Reached wherever it is. Without one, everything must be on the public internet. */
  readonly exception?: Exception | undefined;
  /** For one connection; 5,000 milliseconds by default. */
  readonly connectTimeLimitMs?: number;
  readonly resolve?: Resolve;
};

/** Push services answer with a few hundred bytes of them. */
const answerHeadersBytesMax = 8_192;

/**
 * HTTP to hosts that strangers named: connections go to public addresses only, checked each time one is opened (a pool's further
 * ones, and those of retries, too), and redirects are answers like any other.
 */
export const guardedAgent = (options: Options): Agent => {
  const { connectionsPerOrigin, exception, connectTimeLimitMs = 5_000, resolve } = options;
  const timeLimitMs = connectTimeLimitMs;
  const toPublic = guardedConnector({ permits: isPublicAddress, timeLimitMs, resolve });
  const toExcepted = guardedConnector({ permits: () => true, timeLimitMs, resolve, ca: exception?.ca });
  return new Agent({
    connections: connectionsPerOrigin,
    keepAliveTimeout: 30_000,
    maxHeaderSize: answerHeadersBytesMax,
    connect: (to, callback) => {
      const isExcepted = exception?.hosts.includes(hostAndPort(to)) ?? false;
      (isExcepted ? toExcepted : toPublic)(to, callback);
    },
  });
};

/** As a URL writes them: undici takes an IPv6 host's brackets off, and has no word for the standard port. */
const hostAndPort = ({ hostname, port }: buildConnector.Options): string =>
  `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port || "443"}`;
