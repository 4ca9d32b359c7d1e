import { expect, test } from "vitest";
import type { AcceptedPost, Arrival, Observed, Registration } from "./observed.ts";
import { isBroken, verdictOf } from "./verdict.ts";

const phone: Registration = { deviceId: "phone", user: 1, askedAt: 100, answeredAt: 110 };
const post = (version: number, askedAt: number): AcceptedPost => ({
  ...{ notification: 7, version, user: 1, askedAt, answeredAt: askedAt + 50, id: "seven" },
});
const arrival = (version: number, at: number, deviceId = "phone"): Arrival => ({
  ...{ at, deviceId, status: 201, mark: { notification: 7, version }, topic: "t" },
});
const gone = (at: number): Arrival => ({ at, deviceId: "phone", status: 410, mark: undefined, topic: "t" });
const shows = (...versions: number[]): Observed["screens"] =>
  new Map([["phone", versions.map((version) => ({ notification: 7, version }))]]);

/** One notification for one device, accepted, received and shown. */
const well: Observed = {
  accepted: [post(1, 1_000)],
  unsure: new Set(),
  registrations: [phone],
  ended: new Map(),
  arrivals: [arrival(1, 1_250)],
  screens: shows(1),
};
const verdict = (changes: Partial<Observed>) => verdictOf({ ...well, ...changes });

test("what was accepted, received and is shown once is no breach, and waited from the answer to the arrival", () => {
  expect(isBroken(verdict({}))).toBe(false);
  expect(verdict({})).toMatchObject({ owed: 1, excused: 0, rangAgain: 0, waitedMs: { p50: 200, most: 200 } });
});

test("what no device decrypted is lost, whatever else the push service was sent", () => {
  const lost = verdict({ arrivals: [{ ...arrival(1, 1_250), mark: undefined, status: 503 }], screens: shows() });
  expect(lost.lost).toEqual([{ post: post(1, 1_000), deviceId: "phone" }]);
  expect(isBroken(lost)).toBe(true);
});

test("the newest accepted content is owed, and an older one does not do", () => {
  const accepted = [post(1, 1_000), post(2, 2_000)];
  expect(verdict({ accepted }).lost).toHaveLength(1);
  expect(verdict({ accepted, arrivals: [arrival(2, 2_100)], screens: shows(2) })).toMatchObject({ owed: 1, lost: [] });
});

test("a newer content that its caller gave up does for an older one that was accepted", () => {
  expect(isBroken(verdict({ arrivals: [arrival(2, 1_250)], screens: shows(2) }))).toBe(false);
});

test("nothing is owed of a notification whose newest content nobody knows", () => {
  expect(verdict({ unsure: new Set([7]), arrivals: [] })).toMatchObject({ owed: 0, lost: [] });
});

test("a device that shows an older content than it got is outdated, and one that shows two toasts is stacked", () => {
  const accepted = [post(1, 1_000), post(2, 2_000)];
  const arrivals = [arrival(2, 2_100), arrival(1, 2_200)];
  const outdated = verdict({ accepted, arrivals, screens: shows(1) });
  expect(outdated).toMatchObject({ lost: [], outdated: [{ deviceId: "phone" }] });
  const stacked = verdict({ accepted, arrivals, screens: shows(1, 2) });
  expect(stacked).toMatchObject({ outdated: [], stacked: [{ deviceId: "phone", notification: 7 }] });
  expect([outdated, stacked].every(isBroken)).toBe(true);
});

test("a device that got the same content again rang again, which is no breach", () => {
  const again = verdict({ arrivals: [arrival(1, 1_250), arrival(1, 1_300)] });
  expect(again.rangAgain).toBe(1);
  expect(isBroken(again)).toBe(false);
});

test("a device is owed what was posted since it was subscribed, and nothing from before", () => {
  expect(verdict({ registrations: [{ ...phone, askedAt: 1_001, answeredAt: 1_010 }], arrivals: [] }).owed).toBe(0);
});

test.each([
  { what: "after it was subscribed excuses", goneAt: 1_100, excused: 1 },
  { what: "from before it subscribed again with that channel excuses nothing", goneAt: 90, excused: 0 },
])("a 410 $what", ({ goneAt, excused }) => {
  const judged = verdict({ arrivals: [gone(goneAt)], screens: shows() });
  expect(judged).toMatchObject({ excused, owed: 1 - excused });
  expect(judged.lost).toHaveLength(1 - excused);
});

test("a channel that its user ended excuses, unless the device got it before that", () => {
  const ended = new Map([["phone", 1_100]]);
  expect(verdict({ ended, arrivals: [], screens: new Map() })).toMatchObject({ owed: 0, excused: 1 });
  expect(verdict({ ended, screens: new Map() })).toMatchObject({ owed: 0, excused: 0 });
});

test("nothing is meant for a channel that had ended before", () => {
  expect(verdict({ ended: new Map([["phone", 900]]), arrivals: [] })).toMatchObject({ owed: 0, excused: 0 });
});

test("a push to another user's device, and a notification of two ids, are breaches", () => {
  const tablet: Registration = { ...phone, deviceId: "tablet", user: 2 };
  const strange = verdict({
    registrations: [phone, tablet],
    arrivals: [arrival(1, 1_250), arrival(1, 1_260, "tablet")],
  });
  expect(strange.strangers).toBe(1);
  const renamed = verdict({ accepted: [post(1, 1_000), { ...post(1, 1_020), id: "another" }] });
  expect(renamed.renamed).toEqual([7]);
  expect([strange, renamed].every(isBroken)).toBe(true);
});
