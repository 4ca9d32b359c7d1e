import { expect, test } from "vitest";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { decide } from "../../../shared/delivery/decide.ts";
import { memoryGovernor } from "../../../shared/delivery/governor.memory.ts";
import type { Governor } from "../../../shared/delivery/governor.ts";
import { quantile } from "../../bench/statistics.ts";
import { now as start } from "../samples.ts";
import { virtualTime } from "./virtual-time.ts";

const second = 1_000;
const policy = { baseSeconds: 5, capSeconds: 3_600 };
const messagesPerSecond = 200;
const loadMs = 20 * second;
/** One in six messages is for the slow origin, too. */
const slowShare = 1 / 6;

/** In [0, 1), the same each time (Park and Miller). */
const sameChance = (seed: number) => {
  let state = seed;
  return (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
};

type Push = { readonly origin: string; readonly attempts: number };
type Message = { readonly dueAt: number; readonly pushes: readonly Push[] };
type Answer = (chance: () => number) => { readonly ms: number; readonly outcome: Outcome };

/** No governor: whatever is to be sent is sent. */
const ungoverned: Governor = { send: (_route, attempt) => attempt() };

/** How long the quick origins' pushes waited from when their message was due, as the host works messages off: so many at once, 32 as in host.json, each until all of it is answered. */
const waitsUnder = async (slow: Answer, isGoverned = true, handlersMost = 32): Promise<number[]> => {
  const chance = sameChance(4_711);
  const { clock, wait, runUntil } = virtualTime(start);
  const governor = isGoverned
    ? memoryGovernor({
        clock,
        wait,
        chance,
        policy,
        concurrency: 64,
        messagesInHand: handlersMost,
        pruningShareMax: 10,
      })
    : ungoverned;
  const waits: number[] = [];
  const line: Message[] = [];
  let handlers = 0;

  const send = async ({ origin, attempts }: Push, dueAt: number): Promise<Message[]> => {
    const attempt = async (): Promise<Outcome> => {
      const isSlow = origin === "https://slow.example";
      if (!isSlow) waits.push(clock.now() - dueAt);
      const { ms, outcome } = isSlow
        ? slow(chance)
        : { ms: 10 + 20 * chance(), outcome: { kind: "delivered" } as const };
      await wait(ms);
      return outcome;
    };
    const expiresAt = start + 3_600 * second;
    const outcome = await governor.send({ origin, credential: "vapid" }, attempt, {
      whose: `user of ${dueAt}`,
      expiresAt,
      emit: () => undefined,
    });
    const made = attempts + Number(outcome.kind !== "held");
    const decision = decide({ outcome, attempts: made, expiresAt, now: clock.now(), policy, chance: chance() });
    return decision.kind === "retry" ? [{ dueAt: decision.at, pushes: [{ origin, attempts: made }] }] : [];
  };
  const handle = async ({ dueAt, pushes }: Message): Promise<void> => {
    await wait(15); // reads what to send
    const again = await Promise.all(pushes.map((push) => send(push, dueAt)));
    for (const message of again.flat()) void arrive(message);
    await wait(10); // records what was done
    handlers -= 1;
    begin();
  };
  const begin = (): void => {
    if (handlers === handlersMost) return;
    const message = line.shift();
    if (!message) return;
    handlers += 1;
    void handle(message);
  };
  const arrive = async (message: Message): Promise<void> => {
    await wait(message.dueAt - clock.now());
    line.push(message);
    begin();
  };

  for (let at = 0; at < loadMs; at += (2 * chance() * second) / messagesPerSecond) {
    const quick = ["https://a.example", "https://b.example", "https://c.example"][Math.floor(3 * chance())] ?? "";
    const origins = chance() < slowShare ? [quick, "https://slow.example"] : [quick];
    void arrive({ dueAt: start + at, pushes: origins.map((origin) => ({ origin, attempts: 0 })) });
  }
  await runUntil(start + loadMs);
  return waits;
};

const delivered: Outcome = { kind: "delivered" };
const silent: Outcome = { kind: "busy", origin: "silent", reason: "TimeoutError" };
const well: Answer = (chance) => ({ ms: 10 + 20 * chance(), outcome: delivered });
const hanging: Answer = () => ({ ms: 8 * second, outcome: silent });
const slowButWell: Answer = (chance) => ({ ms: 1_500 + 500 * chance(), outcome: delivered });
const oftenHanging: Answer = (chance) => (chance() < 0.3 ? hanging(chance) : well(chance));

let before: number | undefined;
const p99 = (waits: readonly number[]): number => quantile(waits, 0.99);

test.each<[string, Answer]>([
  ["hangs", hanging],
  ["is slow", slowButWell],
  ["hangs three times in ten", oftenHanging],
])("while one origin %s, pushes to the others leave as soon as before: their p99 within a fifth", async (_, slow) => {
  before ??= p99(await waitsUnder(well));
  expect(p99(await waitsUnder(slow))).toBeLessThanOrEqual(1.2 * before);
});

test("without the governor they would wait for seconds", async () => {
  expect(p99(await waitsUnder(hanging, false))).toBeGreaterThan(5 * second);
});
