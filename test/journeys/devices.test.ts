import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { secretsTold } from "../support/secrets-told.ts";
import { startStack, type LocalStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

let stack: LocalStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(stack.output())));

const natives = ["Windows", "iOS", "Android"] as const;
const devicesOf = (user: string) => Promise.all(natives.map((platform) => stack.device(user, undefined, platform)));
const visual = (title: string) => ({ payload: { rawContent: `raw ${title}`, visualContent: { title, body: "body" } } });

test("README's one POST rings the browser, the PC, the iPhone and the Android phone of a fresh start", async () => {
  const [, json = ""] = /-d '(\{.*\})'/.exec(await readFile("README.md", "utf8")) ?? [];
  const { devices } = stack.stack;
  expect(devices.map(({ name, platformType }) => `${name} ${platformType}`)).toEqual([
    "Browser WebPush",
    "PC Windows",
    "iPhone iOS",
    "Android phone Android",
  ]);
  expect((await stack.post(JSON.parse(json) as Record<string, unknown>, { unsid: devices[0]!.unsid })).status).toBe(
    201,
  );
  const lines = [
    /^webpush +│ \d\d:\d\d:\d\d Browser WebPush Hello from your own server$/m,
    /^native-push +│ \d\d:\d\d:\d\d PC Windows Hello: from your own server$/m,
    /^native-push +│ \d\d:\d\d:\d\d iPhone iOS Hello: from your own server$/m,
    /^native-push +│ \d\d:\d\d:\d\d Android phone Android Hello: from your own server$/m,
  ];
  await until(() => lines.every((line) => line.test(stack.output())), { what: "four devices ring", within: 5_000 });
});

test("dismissed on the phone, deleted on the PC: every other device's toast goes away", async () => {
  const devices = await devicesOf("ada@contoso.com");
  const [pc, phone] = devices;
  const names = ["one", "two", "three"];
  const ids: string[] = [];
  for (const name of names) ids.push(String((await stack.post(visual(name), { unsid: pc!.unsid })).json.id));
  await Promise.all(devices.map((device) => stack.shows(device, ["one: body", "two: body", "three: body"])));

  await stack.pushTo("iOS").act(phone!.deviceId, { notificationId: ids[0]!, action: "dismiss" });
  await Promise.all(devices.map((device) => stack.shows(device, ["two: body", "three: body"])));
  await stack.pushTo("Windows").act(pc!.deviceId, { notificationId: ids[1]!, action: "delete" });
  await Promise.all(devices.map((device) => stack.shows(device, ["three: body"])));
  expect(await secretsTold(stack)).toEqual([]);
});

test("raw content reaches a device that asked for no content by a tap, and one that asked for it in the push; a replacement replaces", async () => {
  const user = "grace@contoso.com";
  const withPayload = { notificationType: "NotificationWithPayload" };
  const devices = [
    ...(await devicesOf(user)),
    ...(await Promise.all(natives.map((platform) => stack.device(user, undefined, platform, withPayload)))),
  ];
  const post = (rawContent: string) =>
    stack.post({ appNotificationId: "same", payload: { rawContent } }, { unsid: devices[0]!.unsid });
  await post("first");
  await Promise.all(devices.map((device) => stack.shows(device, ["first"])));
  await post("second");
  await Promise.all(devices.map((device) => stack.shows(device, ["second"])));
});
