import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { bearer, send as sendWith, startLocalService, tokenOf, type LocalService } from "./local-service.ts";

let service: LocalService;
let phone: NewDevice;
let authorization: string;

beforeAll(async () => {
  service = await startLocalService();
  phone = await service.control.createDevice({ name: "phone", packageName: "com.contoso.app" });
  authorization = await bearer(service);
});
afterAll(() => service.stop());

const send = (message: object | string, more: object = {}) =>
  sendWith(service, message, { authorization, request: more });
const toPhone = (message: object, more: object = {}) => send({ token: tokenOf(phone), ...message }, more);
const lastReceived = async () => (await service.control.received()).at(-1);
const screenOf = async (device: NewDevice) =>
  (await service.control.devices()).find(({ deviceId }) => deviceId === device.deviceId)?.screen ?? [];

const fcmError = (errorCode: string) => ({ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode });
const badRequest = (...fieldViolations: object[]) => ({
  "@type": "type.googleapis.com/google.rpc.BadRequest",
  fieldViolations,
});

test("a message is answered with its name, and the phone has got what was sent", async () => {
  const data = { changeType: "afsChangeNotification", newETag: "e.2", baseETag: "e.1" };
  const { status, answer } = await toPhone({ data, android: { priority: "HIGH", ttl: "60s" } });
  expect([status, answer.name]).toEqual([
    200,
    expect.stringMatching(/^projects\/fanfare-local\/messages\/0:\d+%[\da-f]+$/),
  ]);
  const received = await lastReceived();
  expect(received).toMatchObject({ device: "phone", status: 200 });
  expect(JSON.parse(received?.content ?? "")).toMatchObject({ message: { data } });
});

test("what the system draws is on the screen, and one with the same tag takes its place", async () => {
  const drawn = (title: string, tag: string) =>
    toPhone({
      notification: { title, body: "now" },
      android: { notification: { tag } },
      data: { notificationId: tag },
    });
  await drawn("first", "one");
  await drawn("other", "two");
  await drawn("second", "one");
  expect((await screenOf(phone)).map(({ content, topic, id }) => [content, topic, id])).toEqual([
    ["other: now", "two", "two"],
    ["second: now", "one", "one"],
  ]);
});

test("content in the data runs the app, which shows it", async () => {
  const other = await service.control.createDevice();
  const notification = JSON.stringify({
    id: "019c0f0e-3000-7000-8000-000000000001",
    appNotificationId: "order-7",
    expirationDateTime: new Date(service.clock.now + 60_000).toISOString(),
    payload: { rawContent: "your order" },
  });
  const data = { changeType: "afsChange", newETag: "e.2", baseETag: "e.1", notification };
  expect(await send({ token: tokenOf(other), data })).toMatchObject({ status: 200 });
  expect((await screenOf(other)).map(({ content }) => content)).toEqual(["your order"]);
});

test("members may be named either way, and null is absence", async () => {
  const android = {
    collapseKey: "one",
    priority: "high",
    restrictedPackageName: "com.contoso.app",
    notification: null,
  };
  expect(await toPhone({ android, data: { a: "b" } })).toMatchObject({ status: 200 });
});

test("a message that is only to be checked reaches nobody", async () => {
  const before = (await service.control.received()).length;
  const { answer } = await toPhone({ notification: { title: "never" } }, { validate_only: true });
  expect(answer.name).toBe("projects/fanfare-local/messages/fake_message_id");
  expect(await service.control.received()).toHaveLength(before);
});

test("the first published error: a value that is no text", async () => {
  const description = "Invalid value at 'message.data[0].value' (TYPE_STRING), 12";
  const { status, answer } = await toPhone({ data: { number: 12 } });
  expect(status).toBe(400);
  expect(answer).toEqual({
    error: {
      code: 400,
      message: description,
      status: "INVALID_ARGUMENT",
      details: [badRequest({ field: "message.data[0].value", description })],
    },
  });
});

test("the second published error: a token that is none", async () => {
  const { status, answer } = await send({ token: "none" });
  const message = "The registration token is not a valid FCM registration token";
  expect(status).toBe(400);
  expect(answer).toEqual({
    error: {
      code: 400,
      message,
      status: "INVALID_ARGUMENT",
      details: [fcmError("INVALID_ARGUMENT"), badRequest({ field: "message.token", description: message })],
    },
  });
});

test("every faulty member is named", async () => {
  const { answer } = await toPhone({
    colour: "red",
    android: { ttl: "60", priority: "URGENT", notification: { notification_count: "many", sticky: "yes" } },
  });
  expect(answer.error?.details).toEqual([
    badRequest(
      {
        field: "message",
        description: `Invalid JSON payload received. Unknown name "colour" at 'message': Cannot find field.`,
      },
      {
        field: "message.android.ttl",
        description: expect.stringMatching(/google\.protobuf\.Duration\), Illegal duration format; .* 's'$/),
      },
      {
        field: "message.android.priority",
        description: expect.stringMatching(/AndroidConfig\.AndroidMessagePriority\), "URGENT"$/),
      },
      {
        field: "message.android.notification.notification_count",
        description: expect.stringMatching(/\(TYPE_INT32\), "many"$/),
      },
      { field: "message.android.notification.sticky", description: expect.stringMatching(/\(TYPE_BOOL\), "yes"$/) },
    ),
  ]);
});

test.each([
  ["no JSON", "{", undefined],
  ["no object", "[]", undefined],
  ["no message", "{}", undefined],
  ["no recipient", { token: null }, "message"],
  ["two recipients", { topic: "news" }, "message"],
  ["a key of FCM's own", { data: { from: "me" } }, "message.data"],
  ["a key of Google's own", { data: { "google.x": "me" } }, "message.data"],
  ["a key of FCM's predecessor", { data: { "gcm.x": "me" } }, "message.data"],
  ["the key message_type", { data: { message_type: "me" } }, "message.data"],
  ["a negative lifetime", { android: { ttl: "-1s" } }, "message.android.ttl"],
  ["a lifetime beyond four weeks", { android: { ttl: "2419201s" } }, "message.android.ttl"],
  ["another app", { android: { restricted_package_name: "com.other" } }, "message.android.restricted_package_name"],
])("%s is an invalid argument", async (_what, message, field) => {
  const { status, answer } = await (typeof message === "string" ? send(message) : toPhone(message));
  expect([status, answer.error?.status]).toEqual([400, "INVALID_ARGUMENT"]);
  const violations = answer.error?.details?.flatMap(({ fieldViolations }) => fieldViolations ?? []) ?? [];
  if (field !== undefined) expect(violations).toMatchObject([{ field }]);
});

/** The most that Google's own was seen to take: 4,051 bytes in one entry, 4,045 in two. */
test.each([
  [1, 4_051],
  [2, 4_045],
])("data of %i entries are taken up to %i bytes of keys and values, and not a byte more", async (entries, bytes) => {
  const data = (all: number) => (entries === 1 ? { a: "x".repeat(all - 1) } : { a: "x".repeat(all - 2), b: "" });
  expect(await toPhone({ data: data(bytes) })).toMatchObject({ status: 200 });
  const { status, answer } = await toPhone({ data: data(bytes + 1) });
  expect([status, answer.error?.message]).toEqual([400, "Android message is too big"]);
  expect(answer.error?.details).toEqual([fcmError("INVALID_ARGUMENT")]);
});

test("what is drawn counts as well", async () => {
  expect(await toPhone({ notification: { title: "Hello", body: "x".repeat(4_096) } })).toMatchObject({ status: 400 });
});

test("a token of a removed app is unregistered, and so is one that was never given", async () => {
  const leaver = await service.control.createDevice();
  await service.control.removeDevice(leaver.deviceId);
  const token = tokenOf(leaver);
  const never = token.slice(0, -4) + "AAAA";
  for (const gone of [token, never]) {
    const { status, answer } = await send({ token: gone });
    expect(status).toBe(404);
    expect(answer).toEqual({
      error: {
        code: 404,
        message: "Requested entity was not found.",
        status: "NOT_FOUND",
        details: [fcmError("UNREGISTERED")],
      },
    });
  }
  expect(await lastReceived()).toMatchObject({ status: 404, device: null });
});

test("a token of another project's app is a mismatch", async () => {
  const other = await startLocalService({ account: { ...service.account, projectId: "another-project" } });
  const token = tokenOf(await other.control.createDevice());
  await other.stop();
  const { status, answer } = await send({ token });
  expect([status, answer.error?.status, answer.error?.details]).toEqual([
    403,
    "PERMISSION_DENIED",
    [fcmError("SENDER_ID_MISMATCH")],
  ]);
});

test("a project that is not there is not found, without a word about the device", async () => {
  const { status, answer } = await sendWith(
    service,
    { token: tokenOf(phone) },
    { authorization, project: "elsewhere" },
  );
  expect(status).toBe(404);
  expect(answer.error).toEqual({ code: 404, message: "Requested entity was not found.", status: "NOT_FOUND" });
});

test("what is not FCM's is answered with a page", async () => {
  const { status, headers } = await sendWith(service, "{}", { authorization, project: "fanfare-local/apps/x" });
  expect([status, headers["content-type"]]).toEqual([404, expect.stringMatching(/^text\/html/)]);
});

test("a body far beyond any message's size is refused, and its sender hears of it", async () => {
  expect((await send("x".repeat(600_000))).status).toBe(413);
});

test("a fault that was asked for comes true before anything is looked at", async () => {
  await service.control.addFault({ device: "phone", status: 429, headers: { "retry-after": "90" }, count: 1 });
  expect(await toPhone({ data: {} })).toMatchObject({ status: 429, headers: { "retry-after": "90" } });
  expect(await toPhone({ data: {} })).toMatchObject({ status: 200 });
});
