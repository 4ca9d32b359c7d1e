import fc from "fast-check";
import { expect, test } from "vitest";
import { waitingLine } from "../../../shared/delivery/waiting-line.ts";
import { now as start } from "../samples.ts";
import { virtualTime } from "./virtual-time.ts";

type Coming = { readonly whose: string; readonly number: number };

const lineOn = (time = virtualTime(start)) => {
  const waits: number[] = [];
  const wait = (ms: number): Promise<void> => {
    waits.push(ms);
    return time.wait(ms);
  };
  const line = waitingLine<Coming, string>({ ...time, wait, patienceMs: 500, tooLong: () => "too long" });
  const heard: string[] = [];
  let number = 0;
  const join = (whose: string): void => {
    number += 1;
    const name = `${whose}${number}`;
    void line.join({ whose, number }).then((answer) => heard.push(`${name} ${answer}`));
  };
  /** So many are let in. */
  const letIn = async (most: number): Promise<void> => {
    let left = most;
    line.letIn(
      () => (left > 0 ? `let in ${(left -= 1)}` : undefined),
      () => left === 0,
    );
    await Promise.resolve();
  };
  return { ...time, line, waits, heard, join, letIn };
};

test("who came first is let in first, whoever's they are", async () => {
  const { join, letIn, heard } = lineOn();
  for (const whose of ["a", "b", "b", "a", "c", "a"]) join(whose);
  await letIn(5);
  expect(heard.map((one) => one.slice(0, 2))).toEqual(["a1", "b2", "b3", "a4", "c5"]);
});

test("who has to wait on keeps nobody but the same user's from being let in, and where it is full nobody else is asked about", () => {
  const { line, join } = lineOn();
  for (const whose of ["a", "a", "b", "c"]) join(whose);
  const asked: string[] = [];
  const answerFor = ({ whose }: Coming): string | undefined => {
    asked.push(whose);
    return whose === "b" ? "let in" : undefined;
  };
  line.letIn(answerFor, () => false);
  expect(line.size()).toBe(3);
  line.letIn(answerFor, () => true);
  expect(asked).toEqual(["a", "b", "c", "a"]);
});

test("nobody waits longer than their patience, and none is told sooner", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ passing: fc.nat(300), whose: fc.nat(3) }), { maxLength: 60 }),
      async (load) => {
        const { line, clock, runUntil, isIdle } = lineOn();
        const waited: number[] = [];
        for (const { passing, whose } of load) {
          await runUntil(clock.now() + passing);
          const at = clock.now();
          void line.join({ whose: String(whose), number: 0 }).then(() => waited.push(clock.now() - at));
        }
        await runUntil(clock.now() + 2_000);
        expect(waited).toEqual(load.map(() => 500));
        expect(line.size()).toBe(0);
        expect(isIdle()).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test("one timer is there for all who wait", async () => {
  const { join, waits, runUntil } = lineOn();
  for (let number = 0; number < 1_000; number += 1) join(`user ${number}`);
  await runUntil(start + 2_000);
  expect(waits).toEqual([500]);
});

test("a clock that is set back keeps nobody waiting", async () => {
  const time = virtualTime(start);
  let backMs = 0;
  const { join, heard, runUntil } = lineOn({ ...time, clock: { now: () => time.clock.now() - backMs } });
  join("a");
  backMs = 3_600_000;
  await runUntil(start + 500);
  expect(heard).toEqual(["a1 too long"]);
});
