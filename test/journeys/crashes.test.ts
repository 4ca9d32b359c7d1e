import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { secretsTold } from "../support/secrets-told.ts";
import type { SubscribedDevice } from "../support/stack-client.ts";
import { startStack, type LocalStack } from "../support/stack.ts";
import { until } from "../support/until.ts";

let stack: LocalStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(stack.output())));

const contents = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index + 1}`);

const sendAll = (names: readonly string[], device: SubscribedDevice): Promise<string[]> =>
  Promise.all(names.map((content) => stack.send(content, device)));

test("a functions host that is killed in mid-delivery loses no notification, and no toast is shown twice", async () => {
  const device = await stack.device("ada@contoso.com");
  // Some attempts never get an answer, others reach the device while their sender is dead already.
  await stack.push.addFault({ device: device.deviceId, hang: true, count: 4 });
  await stack.push.addFault({ device: device.deviceId, delayMs: 1_000, count: 4 });
  const sent = await sendAll(contents("in mid-delivery", 8), device);
  const inHand = async (): Promise<boolean> => (await stack.push.faults()).length === 0;
  await until(inHand, { what: "all eight are being delivered" });
  expect(await stack.shown(device)).toEqual([]);
  await stack.killPart("functions-host");

  // The dead host's locks last 10 s, as on Azure they last a minute.
  await stack.shows(device, sent, 18_000);
  expect((await stack.attemptsAt(device)).filter((status) => status === null)).toHaveLength(4);
}, 30_000);

test("a Service Bus that is killed again and again with messages in it loses none, and meanwhile callers are told to come back", async () => {
  const device = await stack.device("grace@contoso.com");
  await stack.push.addFault({ device: device.deviceId, status: 503 });
  const before = await sendAll(contents("before the outage", 5), device);
  await until(async () => (await stack.attemptsAt(device)).length >= before.length, { what: "all wait for a retry" });

  const during = contents("during the outage", 4);
  const caught = contents("caught by the outage", 4);
  const refused: string[] = [];
  for (const [index, content] of during.entries()) {
    const onItsWay = isTaken(caught[index]!, device);
    await stack.killPart("service-bus");
    if (!(await onItsWay)) refused.push(caught[index]!);
    if (!(await isTaken(content, device))) refused.push(content);
  }
  expect(refused).not.toEqual([]);
  await stack.partIsBack("service-bus");
  for (const content of refused) expect(await isTaken(content, device)).toBe(true);
  await stack.push.clearFaults();
  await stack.shows(device, [...before, ...caught, ...during], 12_000);
}, 40_000);

/** Posts; false when the answer is a true 406, which is the only other one than success that an outage may cause. */
const isTaken = async (content: string, { unsid }: SubscribedDevice): Promise<boolean> => {
  const notification = { appNotificationId: content.replaceAll(" ", "-"), payload: { rawContent: content } };
  const { status, headers, text } = await stack.post(notification, { unsid });
  if (status === 201 || status === 200) return true;
  expect(status, text).toBe(406);
  expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  return false;
};

test("a push service that refuses connections for five seconds delays notifications and loses none", async () => {
  const device = await stack.device("hedy@contoso.com");
  const down = stack.holdDown("webpush", 5_000);
  const sent = await sendAll(contents("while it was away", 3), device);
  await down;
  await stack.partIsBack("webpush");
  await stack.shows(device, sent, 8_000);
}, 30_000);

test("in all that it printed meanwhile there is no secret", async () => {
  expect(stack.output()).toContain("was ended by SIGKILL");
  expect(await secretsTold(stack)).toEqual([]);
});
