import { expect, test } from "vitest";
import { now as startedAt } from "../samples.ts";
import { away, broken, delivered, gone, held, job, platforms, world } from "./delivery-world.ts";
import { at, lookBehind, looksOf, read, replaced } from "./races.ts";

/** A run in the middle of which another run taps the phone for the change to version 9. */
const crossedRun = () => {
  const made = world({ notification: at(7), devices: { phone: [delivered], tablet: [delivered] }, platforms });
  made.during("record", async () => {
    made.change(read);
    await made.anotherRunTells("phone", 9, { kind: "tap" });
  });
  return made;
};
const firstRound = ["sent to phone", "sent to tablet", "recorded"];

test("whom another run told another version meanwhile is told the newest once more in the same run; the others are not", async () => {
  const { deliver, happened, entryOf } = crossedRun();
  await deliver();
  expect(happened).toEqual([...firstRound, "tapped phone", "recorded"]);
  expect(await entryOf("phone", "tap")).toMatchObject({ told: 9, attempts: 2, outcome: "delivered" });
  expect(await entryOf("phone", "tap")).not.toHaveProperty("notBefore");
});

test("a run that was crossed and cannot read what is newest is put off, and tells them later", async () => {
  const { deliver, during, happened, scheduled, advanceTo } = crossedRun();
  during("find", () => during("find", away)); // the second reading
  await deliver();
  expect(scheduled).toMatchObject([{ job: { again: 7 } }]);
  advanceTo(scheduled[0]?.job.due ?? 0);
  await deliver(scheduled[0]?.job);
  expect(happened).toEqual([...firstRound, "scheduled", "tapped phone", "recorded"]);
});

test("a run that was crossed and dies then is made good by the look behind its message", async () => {
  const { deliver, during, happened, scheduled, advanceTo } = crossedRun();
  during("find", () => during("find", broken));
  await expect(deliver()).rejects.toThrow("a bug");
  await deliver(job, 2);
  expect(looksOf(scheduled)).toEqual([lookBehind]);
  advanceTo(scheduled[0]?.job.due ?? 0);
  await deliver(scheduled[0]?.job);
  expect(happened).toEqual([...firstRound, "scheduled", "tapped phone", "recorded"]);
});

test("of two versions of content that cross, the newest goes out last, though the older run recorded last", async () => {
  const { deliver, during, change, anotherRunTells, happened, entryOf } = world({
    devices: { phone: [delivered] },
  });
  during("record", async () => {
    change(replaced);
    await anotherRunTells("phone", 9);
  });
  await deliver();
  expect(happened).toEqual(["sent to phone", "recorded", "sent to phone", "recorded"]);
  expect(await entryOf("phone")).toMatchObject({ told: 9, attempts: 2 });
  expect(await entryOf("phone")).not.toHaveProperty("notBefore");
});

test("a ledger that is ahead of the notification as it was read shows that it is read too early: it is read again", async () => {
  const { deliver, during, change, anotherRunTells, entryOf, happened } = world({
    devices: { phone: [delivered], laptop: [delivered] },
  });
  during("read", async () => {
    change(replaced);
    await anotherRunTells("phone", 9);
  });
  await deliver();
  expect(happened).toEqual(["sent to laptop", "recorded"]);
  expect(await entryOf("laptop")).toMatchObject({ told: 9, version: 9 });
});

test("a device that subscribed anew while its old channel turned out dead is told by its new one, in the same run", async () => {
  const { deliver, renew, during, happened, entryOf } = world({
    devices: { laptop: [gone, delivered], phone: [delivered] },
  });
  during("forget", () => renew("laptop"));
  await deliver();
  expect(happened.filter((what) => what.startsWith("sent"))).toEqual([
    "sent to laptop",
    "sent to phone",
    "sent to laptop",
  ]);
  expect(await entryOf("laptop")).toMatchObject({ outcome: "delivered", attempts: 1 });
});

test("the newest is told once more though a third run had to hold it in between, and wrote that over what was told", async () => {
  const { deliver, during, anotherRunTells, happened } = world({
    notification: at(9, replaced),
    devices: { phone: [delivered] },
    platforms,
  });
  during("record", async () => {
    await anotherRunTells("phone", 7);
    await anotherRunTells("phone", 9, { outcome: "held", version: 7, notBefore: startedAt + 5_000 });
  });
  await deliver();
  expect(happened).toEqual(["sent to phone", "recorded", "sent to phone", "recorded"]);
});

test("what is held back leaves in the ledger which version was told last", async () => {
  const { deliver, anotherRunTells, entryOf } = world({
    notification: at(9, replaced),
    devices: { phone: [held], tablet: [held] },
    platforms,
  });
  await anotherRunTells("phone", 7);
  await deliver();
  expect(await entryOf("phone")).toMatchObject({ outcome: "held", told: 9, version: 7 });
  expect(await entryOf("tablet")).toMatchObject({ outcome: "held", told: 9, version: 0 });
});
