import { expect, test } from "vitest";
import { now as start } from "../samples.ts";
import {
  second,
  week,
  chrome,
  mozilla,
  delivered,
  failing,
  silent,
  throttled,
  refused,
  governed,
  standing,
  countOf,
  times,
} from "./governed.ts";

test("one user's devices that are throttled, where others are served, take nothing from the others", async () => {
  const { inTurn, answer, untilNow } = governed();
  await inTurn(times(3, delivered));
  for (const _ of times(6, 0)) {
    const sent = answer(throttled, 0, chrome, start + week, "mallory");
    await untilNow(0);
    await sent;
  }
  const all = times(60, 0).map(() => answer(delivered, 200));
  await untilNow(0.5);
  expect(countOf(await standing(all), "delivered")).toBe(60);
});

test("one user's devices that hang, where others are served, leave room: each user may have as many out as are left", async () => {
  const { inTurn, answer, untilNow } = governed();
  await inTurn(times(3, delivered));
  const hanging = times(200, 0).map(() => answer(silent, 8 * second, chrome, start + week, "mallory"));
  const others = times(5, 0).map(() => answer(delivered, 20));
  await untilNow(0.1);
  expect(countOf(await standing(others), "delivered")).toBe(5);
  await untilNow(7);
  expect(countOf(await standing(hanging), "held")).toBe(200 - 32);
  const later = times(30, 0).map(() => answer(delivered, 20));
  await untilNow(7.2);
  expect(countOf(await standing(later), "delivered")).toBe(30);
  await untilNow(20);
});

test.each([
  ["401", refused],
  ["503", failing],
  ["no answer", silent],
])(
  "one user's fifty devices, at a place of a push service that gives %s, hold nobody else's deliveries there",
  async (_, outcome) => {
    const { inTurn, answer, untilNow, events } = governed();
    await inTurn([delivered]);
    for (let round = 1; round < 10; round += 1) {
      const stranger = times(50, 0).map(() => answer(outcome, 50, chrome, start + week, "mallory"));
      await untilNow(10 * round);
      await Promise.all(stranger);
      expect(await inTurn([delivered])).toEqual(["delivered"]);
    }
    expect(events).toEqual([]);
  },
);

test("hosts that never answer, however many strangers name, take sixteen requests together, and drive nobody out of memory", async () => {
  const { inTurn, answer, untilNow, out } = governed();
  await inTurn([delivered]);
  const silentAt = (host: number) =>
    answer(silent, 8 * second, { ...chrome, origin: `https://${host}.push.apple.com` });
  const sent = times(600, 0).map((_, host) => silentAt(host));
  await untilNow(0.1);
  expect(out.most).toBe(16);
  expect(countOf(await standing(sent), "held")).toBe(584);
  expect(await inTurn([delivered])).toEqual(["delivered"]);
  await untilNow(30);
});

test("where nobody is quick, an origin that never answered is asked like any other", async () => {
  const { answer, untilNow, out } = governed();
  const hosts = times(20, 0).map((_, host) => ({ ...chrome, origin: `https://${host}.notify.windows.com` }));
  const sent = hosts.map((route) => answer(delivered, 200, route));
  await untilNow(1);
  expect(out.most).toBe(20);
  expect(countOf(await standing(sent), "delivered")).toBe(20);
});

test("however many origins there are, those that are in use and those used last are remembered", async () => {
  const { inTurn, answer, untilNow } = governed();
  await inTurn(times(5, failing), mozilla);
  for (let number = 0; number < 499; number += 1)
    await inTurn([delivered], { ...chrome, origin: `https://${number}.notify.windows.com` });
  expect(await inTurn([delivered], mozilla)).toEqual(["held"]);
  const out = times(64, 0).map(() => answer(delivered, 20 * second));
  for (let number = 0; number < 600; number += 1)
    await inTurn([delivered], { ...chrome, origin: `https://${number}.notify.windows.com` });
  expect(await inTurn([failing], mozilla)).toEqual(["busy"]); // forgotten: attempted
  const late = answer(delivered);
  await untilNow(0.6);
  expect(await late).toMatchObject({ kind: "held" }); // eight are out, as is known
  await untilNow(60);
  await Promise.all(out);
});
