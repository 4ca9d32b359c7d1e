import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { decide } from "../../../shared/delivery/decide.ts";
import { now as start } from "../samples.ts";
import {
  second,
  week,
  policy,
  chrome,
  mozilla,
  delivered,
  failing,
  silent,
  throttled,
  gone,
  refused,
  governed,
  standing,
  countOf,
  times,
} from "./governed.ts";

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

test("what never reached the origin, for want of a credential or a token, says nothing of it: neither that it is down nor that it is up", async () => {
  const noToken: Outcome = { kind: "busy", origin: "elsewhere", reason: "503 from the token endpoint" };
  const noCredential: Outcome = { kind: "misconfigured", origin: "elsewhere", reason: "no such setting" };
  const one = governed();
  expect(await one.inTurn([...times(8, noToken), delivered])).toEqual([...times(8, "busy"), "delivered"]);
  const another = governed();
  const kinds = await another.inTurn([...times(4, failing), noCredential, noToken, failing, delivered]);
  expect(kinds.at(-1)).toBe("held");
  expect(another.events).toMatchObject([{ event: "origin-down" }]);
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
  const { inTurn, events, answer, runUntil, clock } = governed();
  const answered = async (outcome: Outcome) => {
    const sent = answer(outcome, 0);
    await runUntil(clock.now());
    return sent;
  };
  await inTurn(times(45, delivered));
  expect(await inTurn(times(7, doubted))).toEqual([...times(5, "rejected"), ...times(2, "misconfigured")]);
  expect(await answered(doubted)).toEqual({
    kind: "misconfigured",
    reason: "403 at many devices: is the credential vapid the one that these apps and browsers registered with?",
  });
  expect(await inTurn([gone, delivered, { kind: "rejected", reason: "400" }])).toEqual([
    "gone",
    "delivered",
    "rejected",
  ]);
  expect(events).toMatchObject([{ event: "pruning-stopped", answer: "refused" }]);
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
