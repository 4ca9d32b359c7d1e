import { expect, test } from "vitest";
import { startProgram } from "../../support/program.ts";
import { next, untilLapsed } from "../../support/service-bus/receive.ts";
import { lapsing } from "../../support/service-bus/client.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();

test("a killed consumer's message stays locked until the lock lapses, and then comes again, counted", async () => {
  const { client, name, sender } = await bus.queue("shortLock");
  await sender.sendMessages({ body: "orphaned" });
  const consumer = await startProgram({
    name: "consumer",
    file: "test/support/service-bus/consumer.mjs",
    args: [name],
    env: { SERVICEBUS_CONNECTION: bus.broker().connectionString },
    readyLine: /^locked until /,
  });
  await consumer.kill();
  const lockedUntil = new Date(consumer.ready.replace("locked until ", ""));
  expect(lockedUntil.getTime()).toBeGreaterThan(Date.now());

  const other = client.createReceiver(name, lapsing);
  const message = await next(other, untilLapsed({ lockedUntilUtc: lockedUntil }));
  expect(Date.now()).toBeGreaterThanOrEqual(lockedUntil.getTime());
  expect(message).toMatchObject({ body: "orphaned", deliveryCount: 1 });
  await other.completeMessage(message);
});
