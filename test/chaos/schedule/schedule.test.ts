import { expect, test } from "vitest";
import { faultKinds } from "./bad-days.ts";
import { scheduleOf } from "./schedule.ts";

const wish = { seed: 1, seconds: 120, rate: 10 };
const schedules = Array.from({ length: 20 }, (_, seed) => scheduleOf({ ...wish, seed }));

test("a seed draws the same schedule again, and another seed another one", () => {
  expect(scheduleOf(wish)).toEqual(scheduleOf(wish));
  expect(scheduleOf({ ...wish, seed: 2 }).kills).not.toEqual(scheduleOf(wish).kills);
});

test("kills and bad days of a seed stay the same when more is posted", () => {
  const { kills, spells } = scheduleOf({ ...wish, rate: 20 });
  expect({ kills, spells }).toMatchObject({ kills: scheduleOf(wish).kills, spells: scheduleOf(wish).spells });
});

test("the contents of a notification come in order, for one user, and no device has more toasts than it can show", () => {
  for (const { posts, devices } of schedules) {
    const versions = new Map<number, number>();
    const misplaced = posts.filter(({ notification, version, user, device }) => {
      const isNext = version === (versions.get(notification) ?? 0) + 1;
      versions.set(notification, version);
      return !isNext || user !== notification % devices.length || device >= devices[user]!;
    });
    expect(misplaced).toEqual([]);
    expect(posts).toHaveLength(1_200);
    expect(versions.size / devices.length).toBeLessThan(50);
  }
});

test("posts are due in order, evenly spread over the time", () => {
  const due = scheduleOf(wish).posts.map(({ atMs }) => atMs);
  expect(due).toEqual(due.toSorted((one, other) => one - other));
  expect(due.filter((atMs) => atMs >= 60_000 && atMs < 61_000)).toHaveLength(10);
});

test("even in half a minute the push service fails in every way, and nobody's last device leaves", () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { spells, channelEvents, devices } = scheduleOf({ seed, seconds: 30, rate: 10 });
    expect(new Set(spells.map(({ kind }) => kind))).toEqual(new Set([...faultKinds, undefined]));
    const left = channelEvents.flatMap(({ kind, device }) => (kind === "leaves" ? [device] : []));
    const firsts = devices.map((_, user) => devices.slice(0, user).reduce((sum, count) => sum + count, 0));
    expect(left.filter((device) => firsts.includes(device))).toEqual([]);
    const afterLeaving = left.map((device) => channelEvents.findLast((event) => event.device === device)?.kind);
    expect(afterLeaving.every((kind) => kind === "leaves")).toBe(true);
  }
});

test("in the first four kills both parts have theirs, alone and together", () => {
  for (const { kills } of schedules) {
    const ways = new Set(kills.slice(0, 4).map(({ parts }) => parts.join(" and ")));
    expect(ways).toEqual(new Set(["functions-host", "service-bus", "functions-host and service-bus"]));
    expect(Math.max(...kills.map(({ afterMs }) => afterMs))).toBeLessThanOrEqual(6_000);
  }
});
