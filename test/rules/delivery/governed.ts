import type { Outcome } from "../../../shared/channels/outcome.ts";
import { memoryGovernor } from "../../../shared/delivery/governor.memory.ts";
import type { Held } from "../../../shared/delivery/governor.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { now as start } from "../samples.ts";
import { virtualTime } from "./virtual-time.ts";

export const second = 1_000;
export const week = 604_800 * second;
export const policy = { baseSeconds: 5, capSeconds: 3_600 };
export const chrome = { origin: "https://fcm.googleapis.com", credential: "vapid" };
export const mozilla = { origin: "https://updates.push.services.mozilla.com", credential: "vapid" };

export const delivered: Outcome = { kind: "delivered" };
export const failing = { kind: "busy", origin: "failing", reason: "503" } as const satisfies Outcome;
export const silent: Outcome = { kind: "busy", origin: "silent", reason: "TimeoutError" };
export const throttled: Outcome = { kind: "busy", origin: "throttled", reason: "429" };
export const gone: Outcome = { kind: "gone" };
export const refused: Outcome = { kind: "misconfigured", reason: "401" };

/** A governor on a clock of its own; `answer` sends one that is answered after a time, and counts those under way. */
export const governed = (more: { concurrency?: number; chance?: () => number } = {}) => {
  const { concurrency = 64, chance = () => 0.5 } = more;
  const time = virtualTime(start);
  const events: FanfareEvent[] = [];
  const governor = memoryGovernor({ ...time, chance, policy, concurrency, messagesInHand: 32, pruningShareMax: 10 });
  const out = { now: 0, most: 0, attempts: 0 };
  let users = 0;
  const answer = (
    outcome: Outcome,
    ms = 20,
    route = chrome,
    expiresAt = start + week,
    whose?: string,
  ): Promise<Outcome | Held> => {
    const attempt = async (): Promise<Outcome> => {
      out.attempts += 1;
      out.now += 1;
      out.most = Math.max(out.most, out.now);
      await time.wait(ms);
      out.now -= 1;
      return outcome;
    };
    users += 1; // each is another user's, unless it is said whose
    return governor.send(route, attempt, {
      whose: whose ?? `user ${users}`,
      expiresAt,
      emit: (event) => void events.push(event),
    });
  };
  /** One after another; their kinds. */
  const inTurn = async (outcomes: readonly Outcome[], route = chrome): Promise<string[]> => {
    const kinds: string[] = [];
    for (const outcome of outcomes) {
      const sent = answer(outcome, 0, route);
      await time.runUntil(time.clock.now());
      kinds.push((await sent).kind);
    }
    return kinds;
  };
  const untilNow = (seconds: number): Promise<void> => time.runUntil(start + seconds * second);
  return { ...time, governor, events, out, answer, inTurn, untilNow };
};
/** What each has come to by now. */
export const standing = async (sent: readonly Promise<Outcome | Held>[]): Promise<string[]> => {
  const kinds = sent.map(() => "waiting");
  for (const [index, one] of sent.entries()) void one.then(({ kind }) => (kinds[index] = kind));
  await new Promise((done) => void setImmediate(done));
  return kinds;
};
export const countOf = (kinds: readonly string[], kind: string): number => kinds.filter((one) => one === kind).length;
export const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
