import { expect, test } from "vitest";
import { milliseconds, systemClock } from "../../../shared/clock.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import { printDataKeys } from "../../../shared/data-keys.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { tableFeed } from "../../../shared/feed/feed.table.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { draftOf, hostName, limits, newUser, subscriptionDraftOf } from "../feed/samples.ts";
import { azurite, dataKey, startTables, subscriptionsUnderTest } from "../feed/subscriptions-under-test.ts";
import { command, linesOf } from "./operator.ts";

startTables();

const here = () => ({ env: { TablesConnection: azurite.connectionString } });

/** A notification of somebody with a laptop that was busy twice, and a phone whose name means harm. */
const told = async () => {
  const { feeds, expiries } = azurite.tables;
  const now = systemClock.now();
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const { subscribe } = subscriptionsUnderTest(undefined, { clock: systemClock });
  const inADay = now + milliseconds.day;
  const { subscription } = await subscribe(user, subscriptionDraftOf(), inADay);
  const phone = subscriptionDraftOf({
    deviceId: "phone",
    displayName: "Phone\u001b[2J\nroot#",
    notificationType: "NoNotification",
  });
  await subscribe(user, phone, inADay);
  const { accept, change } = tableFeed({ feeds, hints: tableExpiryHints(expiries), clock: systemClock, limits });
  const { notification } = await accept(feed, draftOf({ expiresAt: inADay, displayUntil: inADay }));
  const { read, record } = tableLedgers({ ...azurite.tables, clock: systemClock });
  const { id, version } = notification;
  const attempt = { outcome: "busy", reason: "503", at: now } as const;
  const entry = {
    ...attempt,
    subscriptionId: subscription.id,
    told: version,
    version,
    attempts: 2,
    notBefore: now + 5_000,
  };
  const content = { [subscription.channelTag]: { ...entry, earlier: [{ ...attempt, reason: "429" }] } };
  await record(feed, id, { read: await read(feed, id), made: { content, tap: {}, fallback: {} }, expiresAt: inADay });
  /** Posted anew with other content, and read on a device. */
  const replaceAndRead = async (): Promise<void> => {
    await accept(feed, draftOf({ payload: { rawContent: "other" }, expiresAt: inADay, displayUntil: inADay }));
    await change(feed, [id], { readState: "read" });
  };
  return { id, expiresAt: inADay, replaceAndRead };
};

test("a device whose channel cannot be opened is told as that, with the key that is missing, and not as one whose message waits", async () => {
  const { feeds, expiries } = azurite.tables;
  const [lost, own] = [dataKey("k0"), dataKey("k1")];
  const user = newUser();
  const inADay = systemClock.now() + milliseconds.day;
  await subscriptionsUnderTest([lost], { clock: systemClock }).subscribe(user, subscriptionDraftOf(), inADay);
  const { accept } = tableFeed({ feeds, hints: tableExpiryHints(expiries), clock: systemClock, limits });
  const { notification } = await accept(
    feedKeyOf(user, hostName),
    draftOf({ expiresAt: inADay, displayUntil: inADay }),
  );
  const explained = (DATA_KEYS: string) => command(["explain", notification.id], { env: { ...here().env, DATA_KEYS } });
  expect(await explained(printDataKeys([own]))).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringContaining("Not tried: its channel cannot be opened: it is sealed with the key k0"),
  });
  for (const keys of ["", "hunter2"])
    expect(await explained(keys)).toMatchObject({ code: 0, stderr: expect.stringContaining("that cannot be seen") });
  expect((await explained(printDataKeys([own, lost]))).stdout).toContain("its message waits on the queue");
});

test("why a device did not ring is told by the notification's id alone: its policy, each device, each attempt with the vendor's reason", async () => {
  const { id } = await told();
  const { code, stdout, stderr } = await command(["explain", id], here());
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const part of [
    id,
    hostName,
    "Windows, iOS, Android, WebPush",
    "rawContent",
    "unread",
    "(503); it is tried again at",
    "429",
  ])
    expect(stdout).toContain(part);
  expect(stdout).toContain("Not tried: it subscribed with NoNotification: it polls.");
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(stdout).not.toContain("https://");
});

test("that it was replaced, read since, and when it ends are told, too", async () => {
  const { id, expiresAt, replaceAndRead } = await told();
  const before = await command(["explain", id], here());
  expect(before.stdout).not.toMatch(/^replaced/m);
  await replaceAndRead();
  const { stdout } = await command(["explain", id], here());
  expect(stdout).toMatch(/^replaced +20\d\d-/m);
  expect(stdout).toMatch(/^state +read, noInteraction$/m);
  expect(stdout).toMatch(new RegExp(`^expires +${new Date(expiresAt).toISOString().slice(0, 19)}`, "m"));
  expect(stdout).toContain("It was told an earlier content, since replaced");
  expect(stdout).toContain("The newest is not tried: the user read it on a device.");
});

test("as JSON it is what administrators are told by the API, in one line", async () => {
  const { id } = await told();
  const { stdout } = await command(["explain", id, "--json"], here());
  expect(linesOf(stdout)).toMatchObject([
    {
      notification: { id },
      value: expect.arrayContaining([expect.objectContaining({ outcome: "busy", attempts: 2 })]),
    },
  ]);
});

test.each([
  ["what was never there", newNotificationId(0), 2, "There is no notification"],
  ["what is no id", "order-1", 64, "is not a notification's id: a GUID"],
])("%s is told in a sentence", async (_, id, exitCode, sentence) => {
  const { code, stdout, stderr } = await command(["explain", id], here());
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
  expect(stderr).toContain(sentence);
});
