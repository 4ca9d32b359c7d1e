import { createPublicKey } from "node:crypto";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { reasons, verdictOf } from "../../../shared/channels/apns/response.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { notificationWith } from "../../rules/samples.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { accept, refuse, startApnsServer, type ApnsServer } from "./apns-server.ts";
import {
  anyKey,
  attemptWith,
  credentialWith,
  delivered,
  handClock,
  newKey,
  phone,
  sendTo,
  senderTo,
  sharedTokens,
  tokenOf,
} from "./with-sender.ts";

let server: ApnsServer;
const running: ChannelSender[] = [];
beforeAll(async () => {
  server = await startApnsServer();
});
afterAll(() => server.stop());
beforeEach(() => server.reset());
afterEach(async () => {
  await Promise.all(running.splice(0).map((sender) => sender.close()));
});
const sending = (more: Parameters<typeof senderTo>[1] = {}): ChannelSender => {
  const sender = senderTo(server, more);
  running.push(sender);
  return sender;
};
const tokensSeen = (): string[] => [...new Set(server.pushes.map(({ token }) => token))];
const setting = "APNS_CREDENTIAL_DEFAULT";

test("what arrives is what was composed, with the device in the path and a token of the key's that Apple takes", async () => {
  const sender = sending();
  const attempt = attemptWith({ subscription: phone(7) });
  expect(await sender.send(attempt)).toEqual(delivered);
  const [pushed] = server.pushes;
  const composed = sender.compose(attempt)!;
  expect(pushed?.body).toBe(composed.body);
  expect(pushed?.path).toBe(`/3/device/${tokenOf(7)}`);
  expect(pushed?.headers).toMatchObject({ ":method": "POST", ":scheme": "https", ...composed.headers });
  expect(pushed?.headers.authorization).toBe(`bearer ${pushed?.token}`);
  expect(decodeProtectedHeader(pushed!.token)).toEqual({ alg: "ES256", kid: "ABCDE12345" });
  const { payload } = await jwtVerify(pushed!.token, createPublicKey(credentialWith().privateKey));
  expect(payload).toEqual({ iss: "TEAM123456", iat: handClock().at / 1_000 });
});

test("every documented answer comes out as the table has it", async () => {
  const sender = sending();
  for (const [reason, { status }] of Object.entries(reasons)) {
    server.answer = refuse(status, { reason }, { "retry-after": "7" });
    const verdict = verdictOf(
      { status, text: JSON.stringify({ reason }), retryAfter: "7" },
      { now: handClock().at, setting },
    );
    const expected = verdict.kind === "too-large" ? delivered : "otherwise" in verdict ? verdict.otherwise : verdict;
    if (reason === "PayloadTooLarge")
      server.answer = (pushed) =>
        pushed.body.includes("Your order") ? refuse(413, { reason })(pushed) : accept(pushed);
    expect([reason, await sendTo(sender, [1])]).toEqual([reason, [expected]]);
  }
});

test("content that Apple finds too large goes as a tap; a tap that it finds too large is rejected", async () => {
  server.answer = refuse(413, { reason: "PayloadTooLarge" });
  expect(await sendTo(sending(), [1])).toEqual([{ kind: "rejected", reason: "413" }]);
  expect(server.pushes.map(({ headers }) => headers["apns-push-type"])).toEqual(["alert", "background"]);
});

test("a device that is told a reason with its own token in it keeps that out of the outcome", async () => {
  server.answer = refuse(400, { reason: `no: ${tokenOf(1)}` });
  expect(await sendTo(sending(), [1])).toEqual([{ kind: "rejected", reason: "400" }]);
});

test("a device that registered after Apple found its token dead keeps its channel", async () => {
  const sender = sending();
  const { at } = handClock();
  server.answer = refuse(410, { reason: "Unregistered", timestamp: at - 1_000 });
  const to = (registeredAt: number) => sender.send(attemptWith({ subscription: { ...phone(), registeredAt } }));
  expect(await to(at - 2_000)).toEqual({ kind: "gone" });
  expect(await to(at)).toMatchObject({ kind: "busy", origin: "elsewhere" });
});

test("a wrong key is told with its setting and what to do, and its connection is not used again", async () => {
  server.answer = refuse(403, { reason: "InvalidProviderToken" });
  const sender = sending();
  const misconfigured = {
    kind: "misconfigured",
    reason: `${setting}: Apple refuses the push (403 InvalidProviderToken): is the key of the team teamId, is its id keyId, and is it not revoked?`,
  };
  expect(await sendTo(sender, [1])).toEqual([misconfigured]);
  expect(await sendTo(sender, [1])).toEqual([misconfigured]);
  expect(server.sessions).toHaveLength(2);
  expect(tokensSeen()).toHaveLength(1);
});

test("nothing is sent without a key, with one that is none, to a device without a channel, or of another kind", async () => {
  const to = (more: Parameters<typeof attemptWith>[0], key = anyKey) => sending({ key }).send(attemptWith(more));
  expect(await to({ credential: "other" })).toMatchObject({
    kind: "misconfigured",
    reason: expect.stringMatching(/APNS_CREDENTIAL_OTHER/),
  });
  expect(await to({}, "{}")).toMatchObject({
    kind: "misconfigured",
    reason: expect.stringMatching(/^APNS_CREDENTIAL_DEFAULT must be JSON/),
  });
  expect(await to({ subscription: { ...phone(), channel: null } })).toEqual({ kind: "gone" });
  const windows = { kind: "wns", uri: "https://x" } as const;
  expect(await to({ subscription: { ...phone(), channel: windows } })).toMatchObject({ kind: "rejected" });
  expect(server.pushes).toEqual([]);
});

test("a token too old is replaced once it may be, and the push goes again; refused again, the clock is in doubt", async () => {
  const clock = handClock();
  const sender = sending({ clock });
  await sendTo(sender, [1]);
  clock.at += 25 * milliseconds.minute;
  const [old] = tokensSeen();
  server.answer = (pushed) => (pushed.token === old ? refuse(403, { reason: "ExpiredProviderToken" }) : accept)(pushed);
  // Many at once: still one new token.
  expect(await sendTo(sender, [1, 2, 3, 4])).toEqual([delivered, delivered, delivered, delivered]);
  expect(tokensSeen()).toHaveLength(2);
  server.answer = refuse(403, { reason: "ExpiredProviderToken" });
  expect(await sendTo(sender, [1])).toMatchObject([
    { kind: "misconfigured", reason: expect.stringMatching(/this machine's clock/) },
  ]);
  expect(tokensSeen()).toHaveLength(2);
});

test("a store that hangs when the time is up already, for the answer never ended, keeps nobody beyond it", async () => {
  const clock = handClock();
  const signedAt = clock.at - 25 * milliseconds.minute;
  const finds = [Promise.resolve({ token: "old", signedAt }), new Promise<never>(() => undefined)];
  const tokens = {
    find: async () => finds.shift(),
    offer: () => Promise.resolve({ token: "new", signedAt: clock.at }),
  };
  server.answer = ({ stream }) => {
    stream.respond({ ":status": 403 });
    stream.write('{"reason":"ExpiredProviderToken"}');
  };
  const outcome = await sending({ clock, tokens, timeLimitMs: 300 }).send(attemptWith());
  expect(outcome).toMatchObject({ kind: "busy", origin: "elsewhere" });
});

test("two instances use one token, and one that another renewed is taken over by whoever is refused", async () => {
  const clock = handClock();
  const tokens = sharedTokens(clock);
  const [one, two] = [sending({ clock, tokens }), sending({ clock, tokens })];
  expect(await Promise.all([sendTo(one, [1]), sendTo(two, [2])])).toEqual([[delivered], [delivered]]);
  expect(tokensSeen()).toHaveLength(1);
  clock.at += 49 * milliseconds.minute;
  const [old] = tokensSeen();
  server.answer = (pushed) => (pushed.token === old ? refuse(403, { reason: "ExpiredProviderToken" }) : accept)(pushed);
  expect([await sendTo(one, [1]), await sendTo(two, [2])]).toEqual([[delivered], [delivered]]);
  expect(tokensSeen()).toHaveLength(2);
});

test("Apple's word that it has seen too many tokens ends the signing for a while, and the connection", async () => {
  const clock = handClock();
  const sender = sending({ clock });
  server.answer = refuse(429, { reason: "TooManyProviderTokenUpdates" });
  expect(await sendTo(sender, [1])).toEqual([
    { kind: "busy", origin: "throttled", reason: "429 TooManyProviderTokenUpdates" },
  ]);
  server.answer = accept;
  expect(await sendTo(sender, [1])).toEqual([delivered]);
  expect(server.sessions).toHaveLength(2);
  expect(tokensSeen()).toHaveLength(1);
});

test("a rotated key starts a token and connections of its own at once, also under the same ids", async () => {
  const clock = handClock();
  const tokens = sharedTokens(clock);
  for (const key of [anyKey, newKey(), newKey("ZZZZZ99999")]) {
    expect(await sendTo(sending({ clock, tokens, key }), [1])).toEqual([delivered]);
  }
  expect(tokensSeen()).toHaveLength(3);
  expect(server.sessions).toHaveLength(3);
});

test("while the store is away a token serves its hour out, and without one nothing is sent", async () => {
  const clock = handClock();
  const table = memoryTable();
  let isAway = false;
  const find: typeof table.find = (...place) =>
    isAway ? Promise.reject(new Unavailable("The table", { cause: undefined })) : table.find(...place);
  const sender = sending({ clock, tokens: sharedTokens(clock, { ...table, find }) });
  expect(await sendTo(sender, [1])).toEqual([delivered]);
  isAway = true;
  clock.at += 58 * milliseconds.minute;
  expect(await sendTo(sender, [1])).toEqual([delivered]);
  clock.at += milliseconds.minute;
  expect(await sendTo(sender, [1])).toMatchObject([
    { kind: "busy", reason: expect.stringMatching(/no provider token/) },
  ]);
  expect(server.pushes).toHaveLength(2);
  isAway = false;
  expect(await sendTo(sender, [1])).toEqual([delivered]);
});

test("a store that hangs is waited for no longer than for a server", async () => {
  const table = { ...memoryTable(), find: () => new Promise<never>(() => undefined) };
  const sender = sending({ timeLimitMs: 100, tokens: sharedTokens(handClock(), table) });
  expect(await sendTo(sender, [1])).toMatchObject([
    { kind: "busy", reason: expect.stringMatching(/no provider token/) },
  ]);
});

test("a repeat carries the same apns-id, another device or a newer version another one", async () => {
  const sender = sending();
  const attempt = attemptWith();
  const { notification } = attempt;
  await sender.send(attempt);
  await sender.send({ ...attempt, isRepeat: true });
  await sender.send({ ...attempt, notification: notificationWith({ ...notification, contentVersion: 8 }) });
  await sender.send({ ...attempt, subscription: { ...phone(), id: "other" as ReturnType<typeof phone>["id"] } });
  const ids = server.pushes.map(({ headers }) => headers["apns-id"]);
  expect(ids[1]).toBe(ids[0]);
  expect(new Set(ids).size).toBe(3);
});
