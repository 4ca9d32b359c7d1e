import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectNothingTold, type ListenedStack } from "../../support/listened-stack.ts";
import { until } from "../../support/until.ts";
import { contentCases } from "./content.cases.ts";
import { credentialCases } from "./credentials.cases.ts";
import { startNativeStack } from "./native-stack.ts";
import { platforms } from "./platforms.ts";

let stack: ListenedStack;
beforeAll(async () => {
  stack = await startNativeStack();
}, 60_000);
afterAll(() => stack.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(stack.output())));

test("README's one POST rings the browser, the PC, the iPhone and the Android phone of a fresh start; dismissed as README does it, it goes away", async () => {
  const readme = await readFile("README.md", "utf8");
  const [, json = ""] = /-d '(\{.*\})'/.exec(readme) ?? [];
  const { devices } = stack.stack;
  const names = devices.map(({ name, platformType }) => `${name} ${platformType}`);
  expect(names).toEqual(["Browser WebPush", "PC Windows", "iPhone iOS", "Android phone Android"]);
  const { status } = await stack.post(JSON.parse(json) as Record<string, unknown>, { unsid: devices[0]!.unsid });
  expect(status).toBe(201);
  const lines = [
    /^webpush +│ \d\d:\d\d:\d\d Browser WebPush Hello from your own server$/m,
    ...names
      .slice(1)
      .map((name) => new RegExp(`^native-push +│ \\d\\d:\\d\\d:\\d\\d ${name} Hello: from your own server$`, "m")),
  ];
  await until(() => lines.every((line) => line.test(stack.output())), { what: "four devices ring", within: 5_000 });

  const [, path = "", act = ""] = /apns\.controlUrl\)(\S+)" .* -d '(\{.*\})'/.exec(readme) ?? [];
  const acted = await fetch(stack.stack.apns.controlUrl + path, { method: "POST", body: act });
  expect([path, acted.status, await acted.text()]).toEqual(["/_devices/iPhone/_act", 204, ""]);
  const hasGone = async ({ platformType }: (typeof platforms)[number]): Promise<boolean> =>
    (await stack.pushTo(platformType).devices()).every(({ screen }) => screen.length === 0);
  const haveGone = async (): Promise<boolean> => (await Promise.all(platforms.map(hasGone))).every(Boolean);
  await until(haveGone, { what: "it goes away from the PC and both phones" });
});

// One stack for all: to start it costs more than any of them does.
describe.concurrent("content", () => contentCases(() => stack));

test("dismissed on the phone, the toast goes away on the PC, and the browser finds it in its delta", async () => {
  const user = `${crypto.randomUUID()}@contoso.com`;
  const [pc, iphone, android, browser] = await Promise.all([
    stack.device(user, undefined, "Windows"),
    stack.device(user, undefined, "iOS"),
    stack.device(user, undefined, "Android"),
    stack.device(user),
  ]);
  const natives = [pc, iphone, android];
  const { json } = await stack.post(
    { payload: { rawContent: "for the app", visualContent: { title: "Dinner?" } } },
    { unsid: pc.unsid },
  );
  await Promise.all(natives.map((device) => stack.shows(device, ["Dinner?"])));
  await stack.shows(browser, ["for the app"]);
  await stack.pushTo("Android").act(android.deviceId, { notificationId: String(json.id), action: "dismiss" });
  await Promise.all(natives.map((device) => stack.shows(device, [])));
  // Who acted is not tapped for it, and a browser never is.
  expect(await stack.attemptsAt(android)).toEqual([200]);
  expect(await stack.attemptsAt(browser)).toEqual([201]);
  const entity = await fetch(`${stack.stack.httpUrl}/beta/me/notifications/${String(json.id)}`, {
    headers: { authorization: `Bearer ${await stack.token({ user })}` },
  });
  expect(await entity.json()).toMatchObject({ userActionState: "dismissed", readState: "unread" });
});

credentialCases(() => stack);

test("in the end neither its telemetry nor its log has told a secret, a person, a device or a content", () =>
  expectNothingTold(stack));
