import { expect, test } from "vitest";
import { durations } from "../../support/service-bus/declaration.ts";
import { next, nothingComes } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { until } from "../../support/until.ts";

const bus = useServiceBus();

test("a renewed lock holds past its first end, and the message is still its holder's to complete", async () => {
  const { name, sender, receiver } = await bus.queue("shortLock");
  const other = bus.client().createReceiver(name);
  await sender.sendMessages({ body: "long work" });
  const message = await next(receiver);
  const firstEnd = message.lockedUntilUtc?.getTime() ?? 0;
  expect(Math.abs(firstEnd - Date.now() - durations.shortLock)).toBeLessThan(1_000);

  await until(() => Date.now() > firstEnd - durations.shortLock / 2, {
    within: 10_000,
    what: "half of the lock is over",
  });
  const renewed = await receiver.renewMessageLock(message);
  expect(renewed.getTime()).toBeGreaterThan(firstEnd);
  expect(message.lockedUntilUtc).toEqual(renewed);

  await nothingComes(other, firstEnd - Date.now() + 300);
  expect(Date.now()).toBeGreaterThan(firstEnd);
  await receiver.completeMessage(message);
  await nothingComes(other, renewed.getTime() - Date.now() + 300);
});

test("a handler that takes longer than the lock keeps its message, because the SDK renews it meanwhile", async () => {
  const { client, name, sender } = await bus.queue("shortLock");
  const other = bus.client().createReceiver(name);
  const receiver = client.createReceiver(name, { maxAutoLockRenewalDurationInMs: 60_000 });
  const errors: unknown[] = [];
  let handled = 0;
  receiver.subscribe({
    processMessage: async (message) => {
      expect(message.deliveryCount).toBe(0);
      await nothingComes(other, durations.shortLock * 1.5);
      handled += 1;
    },
    processError: ({ error }) => {
      errors.push(error);
      return Promise.resolve();
    },
  });
  await sender.sendMessages({ body: "longer work" });
  await until(() => handled > 0 || errors.length > 0, { within: 15_000, what: "the message is handled" });
  await receiver.close();
  expect({ errors, handled, left: await bus.contents(name) }).toEqual({ errors: [], handled: 1, left: [] });
});
