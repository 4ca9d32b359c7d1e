import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { webPushSender } from "../../../shared/channels/webpush/webpush.http.ts";
import type { Subscription, WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { vapidKeyIdOf, type VapidKeyId } from "../../../shared/subscription/vapid-key.ts";
import { leavesNothing } from "../egress/leaves-nothing.ts";
import { notificationAt, subscriptionAt } from "../feed/accepted.ts";
import { newServerKeys, startLocalService, type LocalService } from "../webpush-service/local-service.ts";
import { until } from "../../support/until.ts";

/** Two VAPID keys live at once: browsers of either are reached, while those of the previous one are asked to subscribe anew. */
const [previous, current] = [newServerKeys(), newServerKeys()];
const idOf = ({ publicKey }: typeof current): VapidKeyId => vapidKeyIdOf(publicKey);

let service: LocalService;
beforeAll(async () => {
  service = await startLocalService();
});
afterAll(() => service.stop());

const running: (() => Promise<unknown>)[] = [];
leavesNothing(() => service.control, running);

const senderWith = (more: Partial<Parameters<typeof webPushSender>[0]> = {}): ChannelSender => {
  const sender = webPushSender({
    vapid: { ...current, subject: "mailto:operator@contoso.com", previous },
    clock: { now: () => service.clock.now },
    extra: { hosts: [new URL(service.url).host], ca: service.ca },
    ...more,
  });
  running.push(() => sender.close());
  return sender;
};

/** A browser that is bound to one key, as its row has it noted. */
const browserOf = async (
  keys: typeof current,
  { noted = idOf(keys) }: { noted?: VapidKeyId | undefined } = {},
): Promise<Subscription> => {
  const { channel } = await service.control.createDevice({ applicationServerKey: keys.publicKey });
  const webPush = { kind: "webpush", ...channel } as unknown as WebPushChannel;
  return { ...subscriptionAt(service.clock.now, { channel: webPush }), vapidKeyId: noted };
};

const attemptAt = (subscription: Subscription) => {
  const notification = notificationAt(service.clock.now);
  return { kind: "content", notification, subscription, credential: "default", isRepeat: false } as const;
};

/** Of each request: its status, by which key it was signed, and whether the browser was asked to subscribe anew. */
const requests = async (): Promise<unknown[]> =>
  (await service.control.received()).map(({ status, headers, content }) => [
    status,
    /k=(.+)$/.exec(String(headers.authorization))?.[1] === current.publicKey ? "current" : "previous",
    content === null ? null : ((JSON.parse(content) as { resubscribe?: true }).resubscribe ?? "not asked"),
  ]);

test("each browser is pushed to with its own key at the first attempt, and the previous key's is asked to subscribe anew", async () => {
  const sender = senderWith();
  const [older, newer] = [await browserOf(previous), await browserOf(current)];
  expect(await sender.send(attemptAt(older))).toEqual({ kind: "delivered" });
  expect(await sender.send(attemptAt(newer))).toEqual({ kind: "delivered" });
  expect(await requests()).toEqual([
    [201, "previous", true],
    [201, "current", "not asked"],
  ]);
  const { origin } = new URL(service.url);
  expect(sender.routeOf(attemptAt(older))).toEqual({ origin, credential: "vapid-previous" });
  expect(sender.routeOf(attemptAt(newer))).toEqual({ origin, credential: "vapid" });
  expect(sender.compose(attemptAt(older))?.body).toContain('"resubscribe":true');
  expect(sender.compose(attemptAt(newer))?.body).not.toContain("resubscribe");
});

test("a row of before keys were noted is the previous key's", async () => {
  const older = { ...(await browserOf(previous)), vapidKeyId: undefined };
  expect(await senderWith().send(attemptAt(older))).toEqual({ kind: "delivered" });
  expect(await requests()).toEqual([[201, "previous", true]]);
});

test("a browser noted under the wrong key is reached by the same attempt with the other, and from then on at once", async () => {
  const sender = senderWith();
  const older = await browserOf(previous, { noted: idOf(current) });
  expect(await sender.send(attemptAt(older))).toEqual({ kind: "delivered" });
  expect(await sender.send(attemptAt(older))).toEqual({ kind: "delivered" });
  expect(await requests()).toEqual([
    [403, "current", null], // refused, and so not opened
    [201, "previous", true],
    [201, "previous", true],
  ]);
  expect(sender.routeOf(attemptAt(older)).credential).toBe("vapid-previous");
  const newer = await browserOf(current, { noted: idOf(current) });
  expect(sender.routeOf(attemptAt(newer)).credential, "nobody else's key is learnt by it").toBe("vapid");
});

test.each([
  ["Apple", { status: 400, body: '{"reason":"VapidPkHashMismatch"}', count: 1 }, 2],
  ["Apple, in another word", { status: 400, body: '{"reason":"BadJwtToken"}', count: 1 }, 2],
  ["Mozilla, after a new token was tried", { status: 401, count: 2 }, 3],
])("the other key is tried as well where %s says it in its own way", async (_, fault, count) => {
  const older = await browserOf(previous, { noted: idOf(current) });
  await service.control.addFault(fault);
  expect(await senderWith().send(attemptAt(older))).toEqual({ kind: "delivered" });
  expect(await requests()).toHaveLength(count);
});

test.each([
  ["refused", { status: 403 }, { kind: "rejected", reason: "403", doubtsCredential: true }],
  ["not taken", { status: 401 }, { kind: "misconfigured", reason: expect.stringContaining("(401)") }],
])(
  "when both keys are %s, that is told of the subscription's own, and nothing is learnt",
  async (_, fault, outcome) => {
    const sender = senderWith();
    const newer = await browserOf(current);
    await service.control.addFault(fault);
    expect(await sender.send(attemptAt(newer))).toEqual(outcome);
    const signed = (await requests()).map((request) => (request as string[])[1]);
    expect(new Set(signed)).toEqual(new Set(["current", "previous"]));
    expect(sender.routeOf(attemptAt(newer)).credential).toBe("vapid");
  },
);

test("when each key is refused in another way, the answer to the subscription's own is told", async () => {
  const newer = await browserOf(current);
  await service.control.addFault({ status: 403, count: 1 });
  await service.control.addFault({ status: 401 });
  expect(await senderWith().send(attemptAt(newer))).toMatchObject({ kind: "rejected", reason: "403" });
});

test.each([
  ["a busy service", { status: 503 }, "busy"],
  ["content it does not take", { status: 400 }, "rejected"],
  ["a channel that is gone", { status: 410 }, "gone"],
])("%s is asked once: it says nothing of keys", async (_, fault, kind) => {
  const newer = await browserOf(current);
  await service.control.addFault(fault);
  expect(await senderWith().send(attemptAt(newer))).toMatchObject({ kind });
  expect(await requests()).toHaveLength(1);
});

test("a service that cannot take the other key's push just now is tried again, and nothing is given up", async () => {
  const sender = senderWith();
  const older = await browserOf(previous, { noted: idOf(current) });
  await service.control.addFault({ status: 403, count: 1 });
  await service.control.addFault({ status: 503, count: 1 });
  expect(await sender.send(attemptAt(older))).toMatchObject({ kind: "busy", reason: "503" });
  expect(sender.routeOf(attemptAt(older)).credential).toBe("vapid");
});

test("both keys together have the time of one attempt", async () => {
  const newer = await browserOf(current);
  // Time for one answer and the beginning of another, on a busy machine, too.
  await service.control.addFault({ status: 403, delayMs: 800 });
  const outcome = await senderWith({ timeLimitMs: 1_500 }).send(attemptAt(newer));
  expect(outcome).toEqual({ kind: "busy", origin: "silent", reason: "TimeoutError" });
  // The service notes a push when it answers, be it to nobody: the next case begins with none.
  await until(async () => (await requests()).length === 2, { what: "both pushes are noted" });
});

test("a browser whose key was removed is given up with what is to be done, nobody is asked, and no key is doubted", async () => {
  const sender = senderWith({ vapid: { ...current, subject: "mailto:operator@contoso.com" } });
  const older = await browserOf(previous);
  expect(await sender.send(attemptAt(older))).toEqual({
    kind: "rejected",
    reason: "made with a VAPID key that this server no longer has: the browser must subscribe anew",
  });
  expect(await requests()).toEqual([]);
  expect(sender.routeOf(attemptAt(older))).toEqual({ origin: "", credential: "vapid-retired" });
});
