import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateIn } from "../../../infra/local/push/certificate.ts";

export type Pushed = {
  readonly stream: ServerHttp2Stream;
  readonly session: ServerHttp2Session;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly token: string;
  readonly body: string;
};

export type ApnsServer = {
  readonly ca: string;
  readonly port: number;
  readonly url: string;
  /** All that came, whole, in order. */
  readonly pushes: Pushed[];
  /** Every connection there ever was. */
  readonly sessions: ServerHttp2Session[];
  readonly pings: () => number;
  /** The most streams that were open on one connection at the same time. */
  readonly streamsMost: () => number;
  /** What is done with each push from now on; 200 by default. */
  answer: (pushed: Pushed) => void;
  /** Called for each new connection. */
  welcome: (session: ServerHttp2Session) => void;
  /** Breaks every connection, as a machine that dies does. */
  readonly die: () => void;
  /** Everything as at the start. */
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
};

export const accept = ({ stream }: Pick<Pushed, "stream">): void => {
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ":status": 200 }, { endStream: true });
};
export const refuse =
  (status: number, body: object, headers: Readonly<Record<string, string>> = {}) =>
  ({ stream }: Pick<Pushed, "stream">): void => {
    stream.respond({ ":status": status, ...headers });
    stream.end(JSON.stringify(body));
  };

/** An HTTP/2 server of the test's own, which does with each push what it is told to. */
export const startApnsServer = async (maxConcurrentStreams = 100): Promise<ApnsServer> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-apns-"));
  const { ca, ...tls } = await certificateIn(folder, Date.now());
  await rm(folder, { recursive: true });
  const server = createSecureServer({ ...tls, settings: { maxConcurrentStreams } });
  const sockets = new Set<Socket>();
  let pings = 0;
  let streamsMost = 0;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => undefined);
  });
  server.on("session", (session) => {
    sessions.push(session);
    session.on("ping", () => (pings += 1)).on("error", () => undefined);
    made.welcome(session);
    let open = 0;
    session.on("stream", (stream, headers) => {
      open += 1;
      streamsMost = Math.max(streamsMost, open);
      stream.once("close", () => (open -= 1)).on("error", () => undefined);
      let body = "";
      stream.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      stream.once("end", () => {
        const path = String(headers[":path"]);
        const pushed = { stream, session, headers, path, body, token: String(headers.authorization).slice(7) };
        made.pushes.push(pushed);
        made.answer(pushed);
      });
    });
  });
  server.on("sessionError", () => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sessions: ServerHttp2Session[] = [];
  const die = (): void => sockets.forEach((socket) => socket.destroy());
  const made: ApnsServer = {
    ca,
    port,
    url: `https://127.0.0.1:${port}`,
    pushes: [],
    sessions,
    pings: () => pings,
    streamsMost: () => streamsMost,
    answer: accept,
    welcome: () => undefined,
    die,
    reset: () => {
      made.answer = accept;
      made.welcome = () => undefined;
      made.pushes.length = 0;
      sessions.length = 0;
      pings = 0;
      streamsMost = 0;
    },
    stop: async () => {
      die();
      server.close();
      await once(server, "close");
    },
  };
  return made;
};
