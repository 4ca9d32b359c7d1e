import { connect, type Settings } from "node:http2";
import { isIP } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { Clock } from "../../clock.ts";
import { exchange, requested, type Exchanged, type Goodbye, type Push } from "./exchange.http2.ts";

export type SessionOptions = {
  readonly origin: string;
  /** The authority (PEM) that vouches for the server; without it, the public ones. */
  readonly ca?: string | undefined;
  readonly clock: Clock;
  /** Until the server has told its settings; 5,000 milliseconds by default. */
  readonly connectTimeLimitMs?: number;
  /** A connection on which nothing was heard for so long is pinged before it is used again; 30,000 milliseconds by default. */
  readonly pingAfterMs?: number;
  /** For the answer to a ping; 2,000 milliseconds by default. */
  readonly pingTimeLimitMs?: number;
  /** A connection that carries nothing for so long is closed; 10 minutes by default, for Apple wants connections kept. */
  readonly idleLimitMs?: number;
};

/** `retire` has the connection that answered take nothing more. */
export type Reply =
  | Exclude<Exchanged, { kind: "answered" }>
  | (Extract<Exchanged, { kind: "answered" }> & { readonly retire: () => void });

/** What becomes of a connection. `checking`: a ping is out. `ending`: it takes no more, and brings what it has to its end. */
export type State = "opening" | "open" | "checking" | "ending" | "ended";

/** For what is still to be written when a connection is done with. */
const lingerMs = 1_000;
/** However many more the server allows on one connection. */
const streamsMost = 1_000;

/**
 * One HTTP/2 connection. `changed` is called whenever it may have room again, or takes no more. It takes requests only once the server has
 * said how many at a time, and never more than that: what Node would queue beyond it is lost when the connection ends.
 */
export const openSession = (options: SessionOptions, changed: () => void) => {
  const { origin, ca, clock, connectTimeLimitMs = 5_000 } = options;
  const { pingAfterMs = 30_000, pingTimeLimitMs = 2_000, idleLimitMs = 600_000 } = options;
  const socket = connectTls(addressOf(origin, ca));
  const session = connect(origin, { createConnection: () => socket, settings: { enablePush: false } });
  const closed = new Promise<void>((resolve) => void session.once("close", resolve));
  let state: State = "opening";
  let limit = 0;
  let out = 0;
  let heardAt = -Infinity;
  let fault: string | undefined;
  let goodbye: Goodbye | undefined;
  let hasAnswered = false;
  let idling: NodeJS.Timeout | undefined;

  const become = (next: State): void => {
    if (state !== "ended") state = next;
    changed();
  };
  const heard = (): void => void (heardAt = clock.now());
  const giveUp = (reason: string): void => {
    fault = reason;
    session.destroy();
    socket.destroy();
  };
  const connecting = setTimeout(() => giveUp("ETIMEDOUT"), connectTimeLimitMs);
  /** Once it takes no more and nothing is out. Node alone would wait for the server to hang up too, which may never come. */
  const finish = (): void => {
    if (state !== "ending" || out > 0) return;
    session.destroy();
    socket.destroySoon();
    setTimeout(() => socket.destroy(), lingerMs).unref();
  };
  const retire = (): void => {
    if (state === "ending" || state === "ended") return;
    become("ending");
    finish();
  };
  /** Begins to count how long nothing is carried, or ends that. */
  const watch = (): void => {
    clearTimeout(idling);
    const isUseful = state !== "ending" && state !== "ended";
    idling = isUseful && out === 0 ? setTimeout(retire, idleLimitMs).unref() : undefined;
  };
  const check = (): void => {
    if (state !== "open" || session.destroyed) return;
    become("checking");
    const late = setTimeout(() => giveUp("no answer to a ping"), pingTimeLimitMs);
    session.ping((error) => {
      clearTimeout(late);
      if (error) {
        giveUp("no answer to a ping");
        return;
      }
      heard();
      if (state === "checking") become("open");
    });
  };

  session.on("remoteSettings", ({ maxConcurrentStreams = Infinity }: Settings) => {
    clearTimeout(connecting);
    heard();
    limit = Math.min(maxConcurrentStreams, streamsMost);
    watch();
    become(state === "opening" ? "open" : state);
  });
  session.on("goaway", (code: number, last: number) => {
    goodbye = { code, last };
    fault = `GOAWAY with code ${code}`;
    become("ending");
    finish();
  });
  session.on("error", (error: Error) => (fault ??= "code" in error ? String(error.code) : error.name));
  session.once("close", () => {
    clearTimeout(connecting);
    clearTimeout(idling);
    become("ended");
  });

  return {
    state: (): State => state,
    /** How many more it takes now. */
    room: (): number => (state === "open" ? Math.max(0, limit - out) : 0),
    /** Whether it is to be checked before it is used: perhaps somebody on the way has forgotten it. */
    isDoubtful: (): boolean => out === 0 && clock.now() - heardAt > pingAfterMs,
    check,
    /** Whether any push over it was answered. */
    hasAnswered: (): boolean => hasAnswered,
    /** Only while there is room. Never rejects. */
    send: async (push: Push, signal: AbortSignal): Promise<Reply> => {
      const stream = requested(session, push);
      if (!stream) {
        retire();
        return { kind: "not-taken", reason: fault ?? "the connection has ended" };
      }
      out += 1;
      watch();
      const answering = (): void => {
        hasAnswered = true;
        heard();
      };
      const line = { heard: answering, silent: check, goodbye: () => goodbye, fault: () => fault };
      const exchanged = await exchange(stream, push.body, signal, line);
      out -= 1;
      watch();
      finish();
      changed();
      return exchanged.kind === "answered" ? { ...exchanged, retire } : exchanged;
    },
    retire,
    /** A word for how it ended. */
    fault: (): string => fault ?? "the connection has ended",
    /** Resolves once all that is out has come to its end, and the connection too. */
    close: async (): Promise<void> => {
      if (state === "opening") giveUp("closed");
      retire();
      await closed;
    },
  };
};

export type Session = ReturnType<typeof openSession>;

const addressOf = (origin: string, ca: string | undefined): ConnectionOptions => {
  const { hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, "");
  return {
    host,
    port: Number(port || 443),
    ...(isIP(host) === 0 && { servername: host }), // RFC 6066, section 3: no address
    ALPNProtocols: ["h2"],
    ...(ca !== undefined && { ca }),
  };
};
