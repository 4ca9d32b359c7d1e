import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry } from "../../../infra/local/service-bus/entry.ts";
import type { QueueRules } from "../../../infra/local/service-bus/queue-rules.ts";
import { aQueue, message, tokenOf } from "./a-queue.ts";

/** One thing that happens to a queue; `pick` chooses among what is there. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant("send" as const),
    id: fc.nat(30),
    ttl: fc.option(fc.integer({ min: 1, max: 40 })),
    due: fc.option(fc.integer({ min: 1, max: 40 })),
  }),
  fc.record({ kind: fc.constant("lock" as const), lane: fc.constantFrom("main" as const, "dead" as const) }),
  fc.record({
    kind: fc.constantFrom(
      "complete" as const,
      "abandon" as const,
      "defer" as const,
      "bury" as const,
      "release" as const,
      "renew" as const,
    ),
    pick: fc.nat(9),
  }),
  fc.record({ kind: fc.constantFrom("fetch" as const, "cancel" as const), pick: fc.nat(30) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 15_000 }) }),
  fc.record({ kind: fc.constant("crash" as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never;

const snapshot = (rules: QueueRules, now: number) => ({
  main: [...rules.browse("main", 0, now)],
  dead: [...rules.browse("dead", 0, now)],
  counts: rules.counts(now),
  next: rules.nextDue(),
});

/** Plays the steps, checking after each that nothing is lost, doubled, or different from what the journal would restore. */
const play = (steps: readonly Step[], deadLettering: boolean): void => {
  const queue = aQueue({
    maxDeliveryCount: 3,
    deadLetteringOnMessageExpiration: deadLettering,
    requiresDuplicateDetection: true,
    duplicateDetectionHistoryTimeWindow: "PT20S",
  });
  let { rules } = queue;
  let now = 0;
  let given: Entry[] = [];
  const sent = new Map<string, number>();
  const present = new Set<number>();
  let numbersBelow = 1;

  const perform = (one: Step): void => {
    switch (one.kind) {
      case "send": {
        const id = `id-${one.id}`;
        const lastAt = sent.get(id);
        const isRepeated = lastAt !== undefined && lastAt + 20_000 > now;
        const ttl = one.ttl === null ? {} : { ttlMs: one.ttl * 1_000 };
        const due = one.due === null ? {} : { dueAt: now + one.due * 1_000 };
        const number = rules.accept(message(id, { ...ttl, ...due }), now);
        expect(number).toBeGreaterThanOrEqual(numbersBelow);
        numbersBelow = number + 1;
        if (isRepeated) break;
        sent.set(id, now);
        present.add(number);
        break;
      }
      case "lock": {
        const entry = rules.lockNext(one.lane, now);
        if (!entry) break;
        const isStillGiven = given.some(
          ({ firstSequence, lock }) => firstSequence === entry.firstSequence && (lock?.until ?? 0) > now,
        );
        expect(isStillGiven).toBe(false);
        given.push(entry);
        break;
      }
      case "fetch": {
        const fetched = rules.lockDeferred("main", [one.pick], now);
        given.push(...(fetched ?? []));
        break;
      }
      case "cancel": {
        const scheduled = [...rules.browse("main", one.pick, now)].find(({ phase }) => phase === "scheduled");
        if (scheduled && rules.cancel([scheduled.sequence], now)) present.delete(scheduled.firstSequence);
        break;
      }
      case "renew": {
        const entry = given.at(one.pick);
        const [until] = rules.renew([tokenOf(entry)], now) ?? [];
        if (entry?.lock && until !== undefined) {
          given = given.map((other) =>
            other === entry ? { ...entry, lock: { token: tokenOf(entry), until } } : other,
          );
        }
        break;
      }
      case "complete":
      case "abandon":
      case "defer":
      case "bury":
      case "release": {
        const entry = given.at(one.pick);
        const verdict = one.kind === "bury" ? { kind: "dead-letter" as const, deadLetter: {} } : { kind: one.kind };
        const result = rules.settle(tokenOf(entry), verdict, now);
        if (entry) expect(result === "lock-lost").toBe((entry.lock?.until ?? 0) <= now);
        if (result !== "settled" || !entry) break;
        given = given.filter((other) => other !== entry);
        if (one.kind === "complete") present.delete(entry.firstSequence);
        break;
      }
      case "wait":
        now += one.ms;
        break;
      case "crash":
        rules = queue.reopened();
        break;
    }
  };

  for (const one of steps) {
    perform(one);
    given = given.filter(({ lock }) => (lock?.until ?? 0) > now);
    const state = snapshot(rules, now);
    expect(snapshot(queue.reopened(), now)).toEqual(state);
    const entries = [...state.main, ...state.dead];
    const here = entries.map(({ firstSequence }) => firstSequence).sort((a, b) => a - b);
    // Nothing comes from nowhere or twice; what is missing was expired, and only where the queue drops what expires.
    expect(new Set(here).size).toBe(here.length);
    expect(here.filter((number) => !present.has(number))).toEqual([]);
    if (deadLettering) expect(here).toEqual([...present].sort((a, b) => a - b));
    expect(queue.contents()).toEqual(here);
    expect(state.main.every(({ deliveryCount, phase }) => phase === "deferred" || deliveryCount < 3)).toBe(true);
    expect(state.counts.total).toBe(entries.length);
    numbersBelow = Math.max(numbersBelow, ...entries.map(({ sequence }) => sequence + 1));
  }
};

test.each([true, false])(
  "whatever happens, nothing is lost or doubled, and a crash at any moment changes nothing (expired kept: %s)",
  (deadLettering) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        play(steps, deadLettering);
      }),
      { numRuns: 150 },
    );
  },
);
