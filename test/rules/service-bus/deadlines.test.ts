import fc from "fast-check";
import { expect, test } from "vitest";
import { deadlines, type Deadline } from "../../../infra/local/service-bus/deadlines.ts";

const deadline = fc.record({ at: fc.integer({ min: 0, max: 50 }), sequence: fc.nat(30) });

test("what is due comes earliest first, lower sequence first, the dead never", () => {
  fc.assert(
    fc.property(fc.array(deadline), fc.integer({ min: 0, max: 50 }), fc.nat(3), (all, now, dead) => {
      const isLive = ({ sequence }: Deadline) => sequence % 4 !== dead;
      const due = deadlines(isLive);
      for (const one of all) due.add(one);
      const taken: Deadline[] = [];
      for (let one = due.takeDue(now); one; one = due.takeDue(now)) taken.push(one);
      const byTime = (a: Deadline, b: Deadline) => a.at - b.at || a.sequence - b.sequence;
      expect(taken).toEqual(all.filter((one) => isLive(one) && one.at <= now).sort(byTime));
      expect(due.next()).toBe(all.filter((one) => isLive(one) && one.at > now).sort(byTime)[0]?.at);
    }),
  );
});

test("deadlines of messages long gone do not pile up", () => {
  const alive = new Set<number>();
  const due = deadlines(({ sequence }) => alive.has(sequence));
  for (let sequence = 0; sequence < 100_000; sequence += 1) {
    alive.add(sequence);
    alive.delete(sequence - 10);
    due.add({ at: 1_000_000 + sequence, sequence });
  }
  expect(due.size()).toBeLessThan(3_000);
});
