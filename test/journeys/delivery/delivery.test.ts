import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectNothingTold, startListenedStack, type ListenedStack } from "../../support/listened-stack.ts";
import { browserCases } from "./browsers.cases.ts";
import { contentCases } from "./content.cases.ts";
import { readmeCases } from "./readme.cases.ts";
import { expectTrees } from "./trees.ts";

let stack: ListenedStack;
beforeAll(async () => {
  stack = await startListenedStack();
}, 60_000);
afterAll(() => stack.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(stack.output())));

// One stack for all: to start it costs more than any of them does.
readmeCases(() => stack);
browserCases(() => stack);
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

test("in the end neither its telemetry nor its log has told a secret, a person, a device or a content", async () => {
  await expectNothingTold(stack);
  const short = ["graphnotify", "for Ada", "note to self"]; // and so not among the texts that were looked for
  expect(short.filter((text) => stack.collector.text().includes(text))).toEqual([]);
});

test("and its telemetry has shown each notification as one tree, from the POST to the last retry", () =>
  expectTrees(stack.collector));
