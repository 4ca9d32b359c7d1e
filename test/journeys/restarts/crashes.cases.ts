import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { SubscribedDevice } from "../../support/stack-client.ts";
import type { LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";

/** Parts that are killed or do not answer. Each story has a user of its own. */
export const crashCases = (shared: () => LocalStack): void => {
  test("a functions host that is killed in mid-delivery loses no notification, and no toast is shown twice", async () => {
    const device = await shared().device("margaret@contoso.com");
    // Some attempts never get an answer, others reach the device while their sender is dead already.
    await shared().push.addFault({ device: device.deviceId, hang: true, count: 2 });
    await shared().push.addFault({ device: device.deviceId, delayMs: 1_000, count: 2 });
    const sent = await sendAll(shared(), contents("in mid-delivery", 4), device);
    const inHand = async (): Promise<boolean> => (await shared().push.faults()).length === 0;
    await until(inHand, { what: "all four are being delivered" });
    expect(await shared().shown(device)).toEqual([]);
    await shared().killPart("functions-host");

    // The dead host's locks last 10 s, as on Azure they last a minute.
    await shared().shows(device, sent, 25_000);
    expect((await shared().attemptsAt(device)).filter((status) => status === null)).toHaveLength(2);
  }, 45_000);

  test("a Service Bus that is killed again and again with messages in it loses none, and meanwhile callers are told to come back", async () => {
    const device = await shared().device("barbara@contoso.com");
    await shared().push.addFault({ device: device.deviceId, status: 503 });
    const before = await sendAll(shared(), contents("before the outage", 5), device);
    await until(async () => (await shared().attemptsAt(device)).length >= before.length, {
      what: "all wait for a retry",
    });

    const during = contents("during the outage", 4);
    const caught = contents("caught by the outage", 4);
    const refused: string[] = [];
    for (const [index, content] of during.entries()) {
      const onItsWay = isTaken(shared(), caught[index]!, device);
      await shared().killPart("service-bus");
      if (!(await onItsWay)) refused.push(caught[index]!);
      if (!(await isTaken(shared(), content, device))) refused.push(content);
    }
    expect(refused).not.toEqual([]);
    await shared().partIsBack("service-bus");
    for (const content of refused) await repeatUntilTaken(shared(), content, device);
    await shared().push.clearFaults();
    await shared().shows(device, [...before, ...caught, ...during], 20_000);
  }, 90_000);

  test("a push service that refuses connections for five seconds delays notifications and loses none", async () => {
    const device = await shared().device("hedy@contoso.com");
    const down = shared().holdDown("webpush", 5_000);
    const sent = await sendAll(shared(), contents("while it was away", 3), device);
    await down;
    await shared().partIsBack("webpush");
    await shared().shows(device, sent, 20_000);
  }, 45_000);
};

const contents = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index + 1}`);

const sendAll = (stack: LocalStack, names: readonly string[], device: SubscribedDevice): Promise<string[]> =>
  Promise.all(names.map((content) => stack.send(content, device)));

/** Posts; resolves to nothing when it is taken, else to the seconds after which a true 406 says to come back: no other refusal may an outage cause. */
const secondsToWait = async (
  stack: LocalStack,
  content: string,
  { unsid }: SubscribedDevice,
): Promise<number | undefined> => {
  const notification = { appNotificationId: content.replaceAll(" ", "-"), payload: { rawContent: content } };
  const { status, headers, text } = await stack.post(notification, { unsid });
  if (status === 201 || status === 200) return undefined;
  expect(status, text).toBe(406);
  const seconds = Number(headers.get("retry-after"));
  expect(seconds).toBeGreaterThanOrEqual(1);
  return seconds;
};

const isTaken = async (stack: LocalStack, content: string, device: SubscribedDevice): Promise<boolean> =>
  (await secondsToWait(stack, content, device)) === undefined;

/** What a caller does: comes back when it was told to, until it is taken. Rejects when that is not within half a minute. */
const repeatUntilTaken = async (stack: LocalStack, content: string, device: SubscribedDevice): Promise<void> => {
  const deadline = performance.now() + 30_000;
  for (
    let wait = await secondsToWait(stack, content, device);
    wait !== undefined;
    wait = await secondsToWait(stack, content, device)
  ) {
    if (performance.now() > deadline) throw new Error(`refused for 30 s: ${content}`);
    await pause(wait * 1_000);
  }
};
