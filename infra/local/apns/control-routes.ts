import * as z from "zod";
import { parsed, type Reply, type Route } from "../push/control-http.ts";
import type { Connections } from "./connections.ts";
import type { TokenUpdates } from "./token-updates.ts";

const http2Schema = z.strictObject({
  /** Every connection is told to go, as when a server shuts down. */
  goaway: z.literal(true).optional(),
  /** From now on, on all connections that have shown a valid provider token. */
  maxConcurrentStreams: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
  /** So many of the next streams are refused unseen (RST_STREAM with REFUSED_STREAM). */
  refuseStreams: z.int().min(0).optional(),
});
const tokensSchema = z.strictObject({ limitUpdates: z.boolean() });

/** What senders meet beyond answers: how the protocol treats them. */
export type SenderControl = {
  readonly routes: readonly Route[];
  /** Whether the next stream is to be refused, which uses it up. */
  readonly refusesStream: () => boolean;
};

/**
 * `GET|POST /_http2` for trouble with the protocol, and `GET|POST /_tokens` for the limit of provider tokens on a connection, which tests
 * that sign many may lift. Both answer what holds then.
 */
export const senderControl = (connections: Connections, updates: TokenUpdates): SenderControl => {
  let streamsToRefuse = 0;
  const http2 = (): Reply => ({
    status: 200,
    json: {
      connections: connections.count(),
      maxConcurrentStreams: connections.streamsMax(),
      refuseStreams: streamsToRefuse,
    },
  });
  const tokens = (): Reply => ({ status: 200, json: { limitUpdates: updates.isLimited() } });

  return {
    refusesStream: () => {
      if (streamsToRefuse === 0) return false;
      streamsToRefuse -= 1;
      return true;
    },
    routes: [
      ["GET", "/_http2", http2],
      [
        "POST",
        "/_http2",
        async ({ body }) => {
          const { goaway, maxConcurrentStreams, refuseStreams } = parsed(http2Schema, await body());
          if (maxConcurrentStreams !== undefined) connections.setStreamsMax(maxConcurrentStreams);
          if (refuseStreams !== undefined) streamsToRefuse = refuseStreams;
          if (goaway) connections.goAway();
          return http2();
        },
      ],
      ["GET", "/_tokens", tokens],
      [
        "POST",
        "/_tokens",
        async ({ body }) => {
          updates.limit(parsed(tokensSchema, await body()).limitUpdates);
          return tokens();
        },
      ],
    ],
  };
};
