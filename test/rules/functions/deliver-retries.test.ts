import { expect, test } from "vitest";
import { now as startedAt } from "../samples.ts";
import { asked, busy, delivered, firstRetryAfter, held, job, notification, world } from "./delivery-world.ts";

test("the next run tries whoever is due, not who was asked to wait, and backs off further", async () => {
  const { deliver, scheduled, attempts, advanceTo, entryOf } = world({
    devices: { slow: [busy], asks: [asked, delivered] },
  });
  await deliver();
  const second = firstRetryAfter(startedAt);
  advanceTo(second);
  await deliver(scheduled[0]?.job);
  expect(Object.fromEntries(attempts)).toEqual({ slow: 2, asks: 1 });
  expect(await entryOf("slow")).toMatchObject({ attempts: 2, notBefore: second + 5_000 });
  expect(scheduled[1]).toMatchObject({ job: { hop: 5, due: second + 5_000 } });
});

test("a run that came too early sends nothing, and hands its message on to the time", async () => {
  const { deliver, scheduled, happened } = world({ devices: { asks: [asked] } });
  await deliver();
  await deliver({ ...job, hop: 4 });
  expect(happened).toEqual(["sent to asks", "scheduled", "recorded", "scheduled"]);
  expect(scheduled[1]).toMatchObject({ job: { hop: 5, due: firstRetryAfter(startedAt + 60_000) } });
});

test("it is tried again until it is delivered, with no count but its lifetime", async () => {
  const { deliver, scheduled, attempts, advanceTo, entryOf } = world({ devices: { slow: [busy] } });
  let next: unknown = job;
  for (let runs = 0; runs < 100 && next !== undefined; runs += 1) {
    await deliver(next);
    const last = scheduled.splice(0)[0];
    next = last?.job;
    if (last?.job.due !== undefined) advanceTo(last.job.due);
  }
  expect(next).toBeUndefined();
  const attemptsMade = attempts.get("slow") ?? 0;
  expect(attemptsMade).toBeGreaterThan(11); // half of 5 + 10 + 20 + … seconds, then half of what is left of the hour
  expect(attemptsMade).toBeLessThan(30);
  expect(await entryOf("slow")).toMatchObject({ outcome: "gave-up", reason: "503", attempts: attemptsMade });
  expect(await entryOf("slow")).not.toHaveProperty("notBefore");
});
