import fc from "fast-check";
import { expect, test } from "vitest";
import { oneAtATime } from "../../shared/one-at-a-time.ts";

test("tasks of a key follow one another in their order, failing ones too; each caller gets its own end", async () => {
  const task = fc.record({ key: fc.constantFrom("a", "b"), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(task, { maxLength: 12 }), async (scheduler, tasks) => {
      const inTurn = oneAtATime();
      const running = new Map<string, number>();
      const started: number[] = [];
      const results = tasks.map(({ key, fails }, index) =>
        inTurn(key, async () => {
          started.push(index);
          running.set(key, (running.get(key) ?? 0) + 1);
          expect(running.get(key)).toBe(1);
          await scheduler.schedule(Promise.resolve());
          running.set(key, 0);
          if (fails) throw new Error(String(index));
          return index;
        }),
      );
      const ends = Promise.allSettled(results);
      await scheduler.waitFor(ends);
      const told = (await ends).map((end) => (end.status === "fulfilled" ? end.value : (end.reason as Error).message));
      expect(told).toEqual(tasks.map(({ fails }, index) => (fails ? String(index) : index)));
      for (const key of ["a", "b"]) {
        const ofKey = started.filter((index) => tasks[index]!.key === key);
        expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
      }
    }),
    { numRuns: 60 },
  );
});

test("a key that waits holds up no other", async () => {
  const inTurn = oneAtATime();
  void inTurn("slow", () => new Promise(() => undefined));
  expect(await inTurn("other", () => Promise.resolve("done"))).toBe("done");
});
