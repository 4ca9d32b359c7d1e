import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Asks a part whether it is ready: undefined when it is, else what is missing, in words. Never rejects, and answers within a second. */
export type Readiness = () => Promise<string | undefined>;

const pollEveryMs = 30;
const answerWithinMs = 1_000;

/** Asks again and again; resolves to undefined once nothing is missing, or to what still is when the time is over or the part ended. */
export const untilReady = async (
  missing: Readiness,
  withinMs: number,
  ended: AbortSignal,
): Promise<string | undefined> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await missing();
    if (answer === undefined || ended.aborted || performance.now() > deadline) return answer;
    await pause(pollEveryMs);
  }
};

/** Ready when something listens on each port of loopback. */
export const listensOn =
  (...ports: readonly number[]): Readiness =>
  async () => {
    const closed = await Promise.all(ports.map(async (port) => ((await isOpen(port)) ? [] : [port])));
    const [first] = closed.flat();
    return first === undefined ? undefined : `nothing listens on port ${first}`;
  };

/** Ready when the URL, of HTTP on loopback, answers 200. */
export const answersAt =
  (url: string): Readiness =>
  async () => {
    // While it starts nothing listens: to hear that is cheap, and a failed request is not, thirty times a second beside all that start.
    if (!(await isOpen(Number(new URL(url).port || 80)))) return `${url} does not answer`;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
      const body = await answer.text();
      return answer.status === 200 ? undefined : `${url} answers ${answer.status} ${body}`.trimEnd();
    } catch {
      return `${url} does not answer`;
    }
  };

/** Ready when all are. */
export const all =
  (...parts: readonly Readiness[]): Readiness =>
  async () =>
    (await Promise.all(parts.map((missing) => missing()))).find((answer) => answer !== undefined);

/** Ready as the first says, and once that was so, as the second says: who was ready before need not find the others well when it comes back. */
export const atFirst = (first: Readiness, later: Readiness): Readiness => {
  let wasReady = false;
  return async () => {
    const missing = await (wasReady ? later() : first());
    wasReady ||= missing === undefined;
    return missing;
  };
};

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const tell = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(answerWithinMs, tell(false)).once("connect", tell(true)).once("error", tell(false));
  });
