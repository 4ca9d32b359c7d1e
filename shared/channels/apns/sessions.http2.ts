import type { Push } from "./exchange.http2.ts";
import { openSession, type Reply, type Session, type SessionOptions, type State } from "./session.http2.ts";

export type PoolOptions = SessionOptions & {
  /** Connections at most; 4 by default. */
  readonly sessionsMost?: number;
  /** Requests that wait for a stream at most; 2,000 by default. */
  readonly waitingMost?: number;
};

type Waiting = {
  readonly push: Push;
  readonly signal: AbortSignal;
  readonly end: (reply: Reply | Promise<Reply>) => void;
};

/** So often one request is sent at all, when each time it comes back untouched. */
const triesMost = 4;
/**
 * After a connection that ended without one answer no other is opened for so long, each time twice as long: Apple takes connections that come
 * and go for an attack. https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 */
const pauseFirstMs = 50;
const pauseMostMs = 2_000;

/**
 * Connections to one server in the name of one key (Apple wants no two keys on one). A further one is opened when those there are carry as
 * many requests as the server allows, one at a time. A request waits for its place no longer than its signal, and in a queue that has an end.
 */
export const sessionPool = (options: PoolOptions) => {
  const { sessionsMost = 4, waitingMost = 2_000 } = options;
  const sessions = new Set<Session>();
  /** In the order they came. */
  const waiting = new Set<Waiting>();
  let isClosed = false;
  /** How many have ended without one answer, since there was one; and the pause after the last. */
  let fruitless = 0;
  let pausing: NodeJS.Timeout | undefined;

  const among = (...states: readonly State[]): Session[] =>
    [...sessions].filter((session) => states.includes(session.state()));

  /** Nothing can be reached: nobody waits until the end of his time to hear that. Those of a connection that merely grew old go on to the next. */
  const dismiss = (failed: Session): void => {
    if (among("opening", "open", "checking").length > 0) return;
    for (const one of waiting) one.end({ kind: "lost", reason: failed.fault(), origin: "silent" });
  };
  const pause = (): void => {
    if (isClosed) return;
    clearTimeout(pausing);
    const resume = (): void => {
      pausing = undefined;
      assign();
    };
    pausing = setTimeout(resume, Math.min(pauseMostMs, pauseFirstMs * 2 ** fruitless)).unref();
    fruitless += 1;
  };
  const open = (): void => {
    let wasOpen = false;
    let wasFruitless = false;
    const session = openSession(options, () => {
      const state = session.state();
      wasOpen ||= state === "open";
      if (wasOpen && !wasFruitless && (state === "ending" || state === "ended") && !session.hasAnswered()) {
        wasFruitless = true;
        pause();
      }
      if (state === "ended") {
        sessions.delete(session);
        if (!wasOpen) dismiss(session);
      }
      assign();
    });
    sessions.add(session);
  };

  const assign = (): void => {
    for (const one of waiting) {
      const session = [...sessions].find((candidate) => candidate.room() > 0 && !isToBeChecked(candidate));
      if (!session) break;
      waiting.delete(one); // before it is sent, for that may bring us here again
      one.end(sent(session, one));
    }
    const isComing = among("opening", "checking").length > 0 || pausing !== undefined;
    if (waiting.size > 0 && !isComing && !isClosed && among("open").length < sessionsMost) open();
  };
  const sent = async (session: Session, { push, signal }: Waiting): Promise<Reply> => {
    const reply = await session.send(push, signal);
    if (reply.kind === "answered") fruitless = 0;
    return reply;
  };
  const isToBeChecked = (session: Session): boolean => {
    const isDoubtful = session.isDoubtful();
    if (isDoubtful) session.check();
    return isDoubtful;
  };

  const placed = (push: Push, signal: AbortSignal): Promise<Reply> => {
    if (isClosed) return Promise.resolve({ kind: "lost", reason: "closed", origin: "silent" });
    if (signal.aborted) return Promise.resolve({ kind: "lost", reason: "TimeoutError", origin: "silent" });
    if (waiting.size >= waitingMost) return Promise.resolve(noPlace);
    return new Promise((resolve) => {
      const timeUp = (): void => {
        const isServed = among("open", "checking").length > 0;
        one.end(isServed ? noPlace : { kind: "lost", reason: "TimeoutError", origin: "silent" });
      };
      const one: Waiting = {
        push,
        signal,
        end: (reply) => {
          waiting.delete(one);
          signal.removeEventListener("abort", timeUp);
          resolve(reply);
        },
      };
      waiting.add(one);
      signal.addEventListener("abort", timeUp, { once: true });
      assign();
    });
  };

  return {
    /** Sends it, and again over another connection as long as it comes back untouched, four times at most. Never rejects. */
    request: async (push: Push, signal: AbortSignal): Promise<Exclude<Reply, { kind: "not-taken" }>> => {
      for (let tries = 1; ; tries += 1) {
        const reply = await placed(push, signal);
        if (reply.kind !== "not-taken") return reply;
        if (tries === triesMost) return { kind: "lost", reason: reply.reason, origin: "throttled" };
      }
    },
    /** Lets what is out come to its end; nothing more is taken. */
    close: async (): Promise<void> => {
      isClosed = true;
      clearTimeout(pausing);
      for (const one of waiting) one.end({ kind: "lost", reason: "closed", origin: "silent" });
      await Promise.all([...sessions].map((session) => session.close()));
    },
  };
};

export type SessionPool = ReturnType<typeof sessionPool>;

/** The server is there and takes no more at a time: it wants less from us. */
const noPlace: Reply = { kind: "lost", reason: "no stream was free", origin: "throttled" };
