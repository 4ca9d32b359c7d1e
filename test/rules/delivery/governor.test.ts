import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { decide } from "../../../shared/delivery/decide.ts";
import { memoryGovernor } from "../../../shared/delivery/governor.memory.ts";
import type { Held } from "../../../shared/delivery/governor.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { now as start } from "../samples.ts";
import { virtualTime } from "./virtual-time.ts";

const second = 1_000;
const week = 604_800 * second;
const policy = { baseSeconds: 5, capSeconds: 3_600 };
const chrome = { origin: "https://fcm.googleapis.com", credential: "vapid" };
const mozilla = { origin: "https://updates.push.services.mozilla.com", credential: "vapid" };

const delivered: Outcome = { kind: "delivered" };
const failing: Outcome = { kind: "busy", origin: "failing", reason: "503" };
const silent: Outcome = { kind: "busy", origin: "silent", reason: "TimeoutError" };
const throttled: Outcome = { kind: "busy", origin: "throttled", reason: "429" };
const gone: Outcome = { kind: "gone" };
const refused: Outcome = { kind: "misconfigured", reason: "401" };

/** A governor on a clock of its own; `answer` sends one that is answered after a time, and counts those under way. */
const governed = (more: { concurrency?: number; chance?: () => number } = {}) => {
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
const standing = async (sent: readonly Promise<Outcome | Held>[]): Promise<string[]> => {
  const kinds = sent.map(() => "waiting");
  for (const [index, one] of sent.entries()) void one.then(({ kind }) => (kinds[index] = kind));
  await new Promise((done) => void setImmediate(done));
  return kinds;
};
const countOf = (kinds: readonly string[], kind: string): number => kinds.filter((one) => one === kind).length;
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

test("an answer comes back as it is", async () => {
  const { inTurn, events } = governed();
  const rejected: Outcome = { kind: "rejected", reason: "400" };
  expect(await inTurn([delivered, failing, throttled, refused, gone, rejected])).toEqual([
    "delivered",
    "busy",
    "busy",
    "misconfigured",
    "gone",
    "rejected",
  ]);
  expect(events).toEqual([]);
});

test("many at once to an origin go out as it answers, all within their patience", async () => {
  const { answer, untilNow, out } = governed();
  const sent = Promise.all(times(500, 0).map(() => answer(delivered)));
  await untilNow(1);
  expect((await sent).map(({ kind }) => kind)).toEqual(times(500, "delivered"));
  expect(out.most).toBe(64);
});

test("who finds no room waits half a second at most, and is told to come again in one or two", async () => {
  const { answer, runUntil } = governed({ concurrency: 1 });
  const first = answer(delivered, 700);
  const next = answer(delivered);
  await runUntil(start + 499);
  expect(await standing([next])).toEqual(["waiting"]);
  await runUntil(start + 500);
  expect(await next).toEqual({ kind: "held", reason: "the origin has all it can take", until: start + 2_000 });
  await runUntil(start + 700);
  expect(await first).toEqual(delivered);
});

test("what ends before it could come again is told to come before its end", async () => {
  const { answer, untilNow } = governed({ concurrency: 1 });
  void answer(delivered, 8 * second);
  const next = answer(delivered, 20, chrome, start + 2_100);
  await untilNow(1);
  expect(await next).toMatchObject({ kind: "held", until: start + 1_100 });
});

test("at an origin that wants less only eight wait", async () => {
  const { inTurn, answer, untilNow } = governed();
  await inTurn(times(7, throttled)); // one at once now: the first alone proves nothing
  const sent = times(20, 0).map(() => answer(delivered, 200));
  await untilNow(0.1);
  expect(countOf(await standing(sent), "held")).toBe(11);
  await untilNow(10);
});

test("one user's devices that are throttled, where others are served, take nothing from the others", async () => {
  const { inTurn, answer, untilNow } = governed();
  await inTurn(times(3, delivered));
  for (const _ of times(6, 0)) {
    const sent = answer(throttled, 0, chrome, start + week, "mallory");
    await untilNow(0);
    await sent;
  }
  const all = times(60, 0).map(() => answer(delivered, 200));
  await untilNow(0.5);
  expect(countOf(await standing(all), "delivered")).toBe(60);
});

test("one user's devices that hang, where others are served, leave room: each user may have as many out as are left", async () => {
  const { inTurn, answer, untilNow } = governed();
  await inTurn(times(3, delivered));
  const hanging = times(200, 0).map(() => answer(silent, 8 * second, chrome, start + week, "mallory"));
  const others = times(5, 0).map(() => answer(delivered, 20));
  await untilNow(0.1);
  expect(countOf(await standing(others), "delivered")).toBe(5);
  await untilNow(7);
  expect(countOf(await standing(hanging), "held")).toBe(200 - 32);
  const later = times(30, 0).map(() => answer(delivered, 20));
  await untilNow(7.2);
  expect(countOf(await standing(later), "delivered")).toBe(30);
  await untilNow(20);
});

test("a hanging origin is given eight requests, and nobody waits for it any more after half a second", async () => {
  const { answer, untilNow, out } = governed();
  await Promise.all([answer(delivered, 20, mozilla), untilNow(0.1)]);
  const sent = times(50, 0).map(() => answer(silent, 8 * second));
  await untilNow(0.7);
  expect(countOf(await standing(sent), "waiting")).toBe(8);
  const late = answer(silent, 8 * second);
  expect(await standing([late])).toEqual(["held"]);
  expect(out.most).toBe(8);
  await untilNow(20);
});

test("five failures in a row take an origin down: nothing is attempted until it is tried, and a success opens it", async () => {
  const { inTurn, untilNow, events, out, clock } = governed();
  expect(await inTurn(times(7, failing))).toEqual([...times(5, "busy"), ...times(2, "held")]);
  expect(out.attempts).toBe(5);
  await untilNow(4);
  expect(await inTurn([delivered, delivered])).toEqual(["delivered", "delivered"]);
  expect(events).toEqual([
    { event: "origin-down", origin: "fcm.googleapis.com", reason: "503" },
    { event: "origin-up", origin: "fcm.googleapis.com", downMs: clock.now() - start },
  ]);
});

test("when an origin goes down, all who wait for it are sent away at once", async () => {
  const { answer, untilNow } = governed({ concurrency: 1 });
  const sent = times(20, 0).map(() => answer(failing));
  await untilNow(0.15);
  expect(countOf(await standing(sent), "held")).toBe(15);
});

test("an origin that wants less is never down for it", async () => {
  const { inTurn, events } = governed();
  expect(await inTurn(times(50, throttled))).toEqual(times(50, "busy"));
  expect(events).toEqual([]);
});

test("an origin's own wish is kept by those who try whether it is up, and what must end before is told so", async () => {
  const { inTurn, answer, untilNow, out } = governed();
  await inTurn(times(5, { ...failing, retryAfterSeconds: 120 }));
  await untilNow(119);
  expect(await inTurn([delivered])).toEqual(["held"]);
  expect(await answer(delivered, 0, chrome, start + 119.5 * second)).toMatchObject({ until: start + 120 * second });
  expect(out.attempts).toBe(5);
  await untilNow(120);
  expect(await inTurn([delivered])).toEqual(["delivered"]);
});

test.each([7_200, 9_999_999_999, Infinity])(
  "however long an origin wishes not to be asked (%d s), it is tried again after the longest backoff, and nobody who lives longer is given up",
  async (retryAfterSeconds) => {
    const { inTurn, answer, untilNow } = governed();
    await inTurn(times(5, { ...failing, retryAfterSeconds }));
    const held = await answer(delivered);
    const decision = { attempts: 0, expiresAt: start + week, now: start, policy, chance: 0.5 };
    expect(decide({ ...decision, outcome: held })).toMatchObject({ kind: "retry" });
    await untilNow(3_599);
    expect(await inTurn([delivered])).toEqual(["held"]);
    await untilNow(3_600);
    expect(await inTurn([delivered, delivered])).toEqual(["delivered", "delivered"]);
  },
);

test("a credential refused three times in a row is held on that origin alone, and told as an alarm once", async () => {
  const { inTurn, untilNow, events, out } = governed();
  expect(await inTurn(times(5, refused))).toEqual([...times(3, "misconfigured"), ...times(2, "held")]);
  const other = { ...chrome, credential: "fcm" };
  expect(await inTurn([delivered], other)).toEqual(["delivered"]);
  expect(await inTurn([delivered], mozilla)).toEqual(["delivered"]);
  await untilNow(60);
  expect(await inTurn([refused, delivered])).toEqual(["misconfigured", "held"]);
  expect(out.attempts).toBe(6);
  await untilNow(180);
  expect(await inTurn([delivered, delivered])).toEqual(["delivered", "delivered"]);
  expect(events).toEqual([
    { event: "credential-refused", credential: "vapid", origin: "fcm.googleapis.com", reason: "401" },
    { event: "credential-accepted", credential: "vapid", origin: "fcm.googleapis.com", refusedMs: 180 * second },
  ]);
});

test("a refused credential's origin is up: the others on it go on", async () => {
  const { inTurn } = governed();
  await inTurn(times(4, failing));
  await inTurn([refused]);
  expect(await inTurn(times(4, failing))).toEqual(times(4, "busy"));
});

test("of a credential that half the world calls gone nothing is believed, and an alarm is told once", async () => {
  const { inTurn, events } = governed();
  await inTurn(times(45, delivered));
  expect(await inTurn(times(8, gone))).toEqual([...times(5, "gone"), ...times(3, "busy")]);
  expect(await inTurn([gone], mozilla)).toEqual(["busy"]);
  expect(await inTurn([gone], { ...chrome, credential: "other" })).toEqual(["gone"]);
  expect(events).toEqual([{ event: "pruning-stopped", credential: "vapid", answer: "gone", sharePercent: 12 }]);
});

test("of a credential that many devices refuse nothing is given up, and what they call gone is still believed", async () => {
  const doubted: Outcome = { kind: "rejected", reason: "403", doubtsCredential: true };
  const { inTurn, events } = governed();
  await inTurn(times(45, delivered));
  expect(await inTurn(times(7, doubted))).toEqual([...times(5, "rejected"), ...times(2, "misconfigured")]);
  expect(await inTurn([gone, delivered, { kind: "rejected", reason: "400" }])).toEqual([
    "gone",
    "delivered",
    "rejected",
  ]);
  expect(events).toMatchObject([{ event: "pruning-stopped", answer: "refused" }]);
});

test.each([
  ["rejects", () => Promise.reject(new Error("a bug"))],
  [
    "throws",
    () => {
      throw new Error("a bug");
    },
  ],
])(
  "an attempt that %s gives back its turn, its try and its place in the line",
  async (_, buggy: () => Promise<Outcome>) => {
    const { governor, inTurn, untilNow } = governed({ concurrency: 1 });
    const thrown = () =>
      governor.send(chrome, buggy, { whose: "alice", expiresAt: start + week, emit: () => undefined });
    await expect(thrown()).rejects.toThrow("a bug");
    expect(await inTurn(times(5, failing))).toEqual(times(5, "busy"));
    await untilNow(5);
    await expect(thrown()).rejects.toThrow("a bug");
    expect(await inTurn([delivered])).toEqual(["delivered"]);
  },
);

test.each([
  ["401", refused],
  ["503", failing],
  ["no answer", silent],
])(
  "one user's fifty devices, at a place of a push service that gives %s, hold nobody else's deliveries there",
  async (_, outcome) => {
    const { inTurn, answer, untilNow, events } = governed();
    await inTurn([delivered]);
    for (let round = 1; round < 10; round += 1) {
      const stranger = times(50, 0).map(() => answer(outcome, 50, chrome, start + week, "mallory"));
      await untilNow(10 * round);
      await Promise.all(stranger);
      expect(await inTurn([delivered])).toEqual(["delivered"]);
    }
    expect(events).toEqual([]);
  },
);

test("hosts that never answer, however many strangers name, take sixteen requests together, and drive nobody out of memory", async () => {
  const { inTurn, answer, untilNow, out } = governed();
  await inTurn([delivered]);
  const silentAt = (host: number) =>
    answer(silent, 8 * second, { ...chrome, origin: `https://${host}.push.apple.com` });
  const sent = times(600, 0).map((_, host) => silentAt(host));
  await untilNow(0.1);
  expect(out.most).toBe(16);
  expect(countOf(await standing(sent), "held")).toBe(584);
  expect(await inTurn([delivered])).toEqual(["delivered"]);
  await untilNow(30);
});

test("where nobody is quick, an origin that never answered is asked like any other", async () => {
  const { answer, untilNow, out } = governed();
  const hosts = times(20, 0).map((_, host) => ({ ...chrome, origin: `https://${host}.notify.windows.com` }));
  const sent = hosts.map((route) => answer(delivered, 200, route));
  await untilNow(1);
  expect(out.most).toBe(20);
  expect(countOf(await standing(sent), "delivered")).toBe(20);
});

test("however many origins there are, those that are in use and those used last are remembered", async () => {
  const { inTurn, answer, untilNow } = governed();
  await inTurn(times(5, failing), mozilla);
  for (let number = 0; number < 499; number += 1)
    await inTurn([delivered], { ...chrome, origin: `https://${number}.notify.windows.com` });
  expect(await inTurn([delivered], mozilla)).toEqual(["held"]);
  const out = times(64, 0).map(() => answer(delivered, 20 * second));
  for (let number = 0; number < 600; number += 1)
    await inTurn([delivered], { ...chrome, origin: `https://${number}.notify.windows.com` });
  expect(await inTurn([failing], mozilla)).toEqual(["busy"]); // forgotten: attempted
  const late = answer(delivered);
  await untilNow(0.6);
  expect(await late).toMatchObject({ kind: "held" }); // eight are out, as is known
  await untilNow(60);
  await Promise.all(out);
});

const outcomes = fc.constantFrom(delivered, failing, silent, throttled, gone, refused);
const loads = fc.array(
  fc.record({ outcome: outcomes, ms: fc.nat(9_000), passing: fc.nat(300), isOther: fc.boolean() }),
  {
    maxLength: 120,
  },
);

test("whatever is answered, no origin has more out than its most, and each gets an answer within half a second of waiting", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), loads, async (concurrency, load) => {
      const { answer, clock, runUntil, out, isIdle } = governed({ concurrency });
      const sent: Promise<number>[] = [];
      for (const { outcome, ms, passing, isOther } of load) {
        const [at, took] = [clock.now(), ms];
        const route = isOther ? mozilla : chrome;
        sent.push(answer(outcome, ms, route).then(({ kind }) => clock.now() - at - (kind === "held" ? 0 : took)));
        await runUntil(at + passing);
        expect(out.now).toBeLessThanOrEqual(2 * concurrency);
      }
      await runUntil(clock.now() + 20 * second);
      expect(isIdle()).toBe(true);
      for (const waited of await Promise.all(sent)) expect(waited).toBeLessThanOrEqual(500);
    }),
    { numRuns: 60 },
  );
});

test("after an outage of any length what was held gets through, within twice its length and two minutes", async () => {
  const lengths = fc.integer({ min: 1, max: 3_600 });
  const faults = fc.constantFrom<Outcome>(failing, silent, refused, { ...failing, retryAfterSeconds: 20 });
  const draws = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));
  const expiresAt = start + week;
  await fc.assert(
    fc.asyncProperty(lengths, faults, draws, async (length, fault, drawn) => {
      const chance = (): number => Number(drawn.next().value);
      const { governor, clock, wait, runUntil } = governed({ chance });
      const upAt = start + length * second;
      const attempt = async (): Promise<Outcome> => {
        await wait(30);
        return clock.now() < upAt ? fault : delivered;
      };
      /** As the engine does: comes again when it is told to. Resolves to when it got through, of one that was held when the origin came up. */
      const deliver = async (whose: string): Promise<number | undefined> => {
        let isOwn = false;
        for (let attempts = 0; ;) {
          const outcome = await governor.send(chrome, attempt, { whose, expiresAt, emit: () => undefined });
          if (outcome.kind !== "held") attempts += 1;
          const decision = decide({ outcome, attempts, expiresAt, now: clock.now(), policy, chance: chance() });
          if (decision.kind !== "retry") return isOwn ? undefined : clock.now();
          if (clock.now() < upAt) isOwn = outcome.kind !== "held"; // waits for its own backoff, however long that is
          await wait(decision.at - clock.now());
        }
      };
      const all = Promise.all(times(15, 0).map((_, user) => deliver(`user ${user}`)));
      await runUntil(upAt + 24 * 3_600 * second);
      for (const at of await all)
        if (at !== undefined) expect(at).toBeLessThanOrEqual(upAt + (2 * length + 120) * second);
    }),
    { numRuns: 12 },
  );
});
