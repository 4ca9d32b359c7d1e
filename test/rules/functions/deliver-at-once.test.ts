import { expect, test } from "vitest";
import { messageIdOf, type FanoutJob } from "../../../shared/fanout/job.ts";
import { now as startedAt } from "../samples.ts";
import { busy, delivered, gone, job, platforms, world } from "./delivery-world.ts";

test.each([
  ["twice the same message", [job, job]],
  ["a message and the one that goes on from it, which came early", [job, { ...job, hop: 4, due: startedAt + 1 }]],
])("two runs at once are harmless, %s: what both did is recorded, and nobody is told again", async (_, messages) => {
  const { deliver, scheduled, advanceTo, attempts, entryOf, bugs } = world({
    devices: { phone: [delivered], tablet: [busy, busy, delivered], dead: [gone] },
    platforms,
  });
  await Promise.all(messages.map((message) => deliver(message)));
  expect(Object.fromEntries(attempts)).toEqual({ phone: 2, tablet: 2, dead: 2 });
  advanceTo(startedAt + 60_000);
  while (scheduled.length > 0) await deliver(scheduled.shift()?.job);
  expect(Object.fromEntries(attempts)).toEqual({ phone: 2, tablet: 3, dead: 2 });
  for (const message of messages) await deliver(message);
  expect(Object.fromEntries(attempts)).toEqual({ phone: 2, tablet: 3, dead: 2 });
  expect(await entryOf("tablet")).toMatchObject({ outcome: "delivered" });
  expect(bugs).toEqual([]);
});

test("a message of a build that named it by its hop, and told nobody when it was due, runs, and goes on by messages that have a time", async () => {
  const message: FanoutJob = { ...job, hop: 2 };
  const { deliver, scheduled, advanceTo, attempts, bugs } = world({
    devices: { phone: [busy, delivered], tablet: [delivered] },
    platforms,
  });
  await deliver(message);
  expect(scheduled).toHaveLength(1);
  const [next] = scheduled.map(({ job: going }) => going);
  expect(next).toMatchObject({ kind: message.kind, hop: message.hop + 1, due: expect.any(Number) as number });
  expect(messageIdOf(next ?? message)).not.toBe(messageIdOf(message));
  advanceTo(next?.due ?? 0);
  await deliver(next);
  expect(Object.fromEntries(attempts)).toEqual({ phone: 2, tablet: 1 });
  expect(scheduled).toHaveLength(1);
  expect(bugs).toEqual([]);
});
