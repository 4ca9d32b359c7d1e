import { constants, createSecureServer, type Http2SecureServer, type Http2Session } from "node:http2";
import type { TLSSocket } from "node:tls";
import { closed, rawSocketsByPort } from "../push/https-server.ts";

/** The connections of senders. */
export type Connections = {
  readonly server: Http2SecureServer;
  /** How many are open. */
  readonly count: () => number;
  /** The connection has shown a valid provider token: from now on it may have as many streams as all. */
  readonly proven: (session: Http2Session) => void;
  readonly streamsMax: () => number;
  /** How many streams at once a proven connection may have, the open ones included. */
  readonly setStreamsMax: (streamsMax: number) => void;
  /** Ends all connections as Apple does when a server shuts down: what was begun is answered, what comes later was not seen. */
  readonly goAway: () => void;
  /** Breaks a connection, with all that is under way on it. */
  readonly reset: (session: Http2Session) => void;
  /** Ends all, within about a second. */
  readonly close: () => Promise<void>;
};

/** Before a connection has shown a valid provider token, and after. Apple tells the first, and the second by its SETTINGS. */
const streamsBeforeProof = 1;
const streamsMaxAtFirst = 1_000;

/**
 * APNs' side of HTTP/2 over TLS. Connections without it are refused: where HTTP/1.1 is offered by ALPN, by the handshake.
 * "APNs allows only one stream until you post a request with a valid authentication token."
 * https://developer.apple.com/documentation/usernotifications/establishing-a-connection-to-apns
 */
export const connections = (tls: { readonly key: string; readonly cert: string }): Connections => {
  const server = createSecureServer({
    ...tls,
    settings: { maxConcurrentStreams: streamsBeforeProof, enablePush: false },
  });
  const open = new Set<Http2Session>();
  const provenOnes = new WeakSet<Http2Session>();
  const rawSockets = rawSocketsByPort(server);
  let streamsMax = streamsMaxAtFirst;
  server.on("session", (session) => {
    open.add(session);
    session.once("close", () => open.delete(session));
  });
  server.on("unknownProtocol", (socket: TLSSocket) => socket.end(notHttp2));
  const tell = (session: Http2Session): void => {
    if (!session.closed && !session.destroyed) session.settings({ maxConcurrentStreams: streamsMax });
  };

  return {
    server,
    count: () => open.size,
    proven: (session) => {
      if (provenOnes.has(session)) return;
      provenOnes.add(session);
      tell(session);
    },
    streamsMax: () => streamsMax,
    setStreamsMax: (wanted) => {
      streamsMax = wanted;
      for (const session of open) if (provenOnes.has(session)) tell(session);
    },
    goAway: () => {
      for (const session of open) {
        // Without a number of its own it names the last stream that was taken.
        session.goaway(constants.NGHTTP2_NO_ERROR, 0, Buffer.from('{"reason":"Shutdown"}'));
        session.close();
      }
    },
    reset: (session) => {
      if (!session.destroyed) rawSockets.get(session.socket.remotePort ?? 0)?.resetAndDestroy();
    },
    close: () => {
      for (const session of open) session.close();
      const closeAllConnections = (): void => {
        for (const socket of rawSockets.values()) socket.destroy();
      };
      return closed(Object.assign(server, { closeAllConnections }));
    },
  };
};

const frame = (type: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0, 0, payload.length, type, 0, 0, 0, 0, 0]), payload]);

/** What Apple answers who speaks HTTP/1.1 without asking: the preface of HTTP/2, and the end of it (RFC 9113 sections 3.4 and 6.8). */
const notHttp2 = Buffer.concat([
  frame(4, Buffer.alloc(0)),
  frame(
    7,
    Buffer.concat([
      Buffer.from([0, 0, 0, 0, 0, 0, 0, constants.NGHTTP2_PROTOCOL_ERROR]),
      Buffer.from("HTTP/2 client preface string missing or corrupt."),
    ]),
  ),
]);
