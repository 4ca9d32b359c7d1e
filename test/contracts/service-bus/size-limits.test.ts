import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { next, nothingComes } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();
/** What headers and properties may add to a body. */
const room = 1_024;

test("a message just below the limit arrives byte by byte", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const { maxSizeInBytes } = await sender.createMessageBatch();
  const body = randomBytes(maxSizeInBytes - room);
  await sender.sendMessages({ body });
  const message = await next(receiver);
  expect(Buffer.isBuffer(message.body) && body.equals(message.body)).toBe(true);
  await receiver.completeMessage(message);
});

test("a message above the limit is refused by name, and the sender goes on working", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const { maxSizeInBytes } = await sender.createMessageBatch();
  await expect(sender.sendMessages({ body: randomBytes(maxSizeInBytes + 1) })).rejects.toMatchObject({
    name: "ServiceBusError",
    code: "MessageSizeExceeded",
  });
  await sender.sendMessages({ body: "small" });
  const message = await next(receiver);
  expect(message.body).toBe("small");
  await receiver.completeMessage(message);
  await nothingComes(receiver, 50);
});
