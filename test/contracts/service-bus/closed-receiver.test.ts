import { expect, test } from "vitest";
import { lapsing } from "../../support/service-bus/client.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { next, nothingComes, take, untilLapsed } from "../../support/service-bus/receive.ts";

const bus = useServiceBus();

test("closing a receiver gives up none of its locks", async () => {
  const { client, name, sender, receiver } = await bus.queue("shortLock");
  await sender.sendMessages({ body: "held" });
  const message = await next(receiver);
  await receiver.close();
  const other = client.createReceiver(name, lapsing);
  const again = await next(other, untilLapsed(message));
  expect(Date.now()).toBeGreaterThanOrEqual(message.lockedUntilUtc?.getTime() ?? Infinity);
  expect(again).toMatchObject({ body: "held", deliveryCount: 1 });
  await other.completeMessage(again);
});

test("what a closed receiver holds can be settled and renewed through another, while the lock lasts", async () => {
  const { client, name, sender, receiver, deadLetters } = await bus.queue("plain");
  await sender.sendMessages(["complete", "abandon", "defer", "dead-letter"].map((body) => ({ body })));
  const [complete, abandon, defer, deadLetter] = await take(receiver, 4);
  if (!complete || !abandon || !defer || !deadLetter) throw new Error("four messages were sent");
  await receiver.close();

  const other = client.createReceiver(name, lapsing);
  const before = complete.lockedUntilUtc?.getTime() ?? Infinity;
  expect((await other.renewMessageLock(complete)).getTime()).toBeGreaterThanOrEqual(before);
  await other.completeMessage(complete);
  await other.abandonMessage(abandon, { returned: true });
  await other.deferMessage(defer);
  await other.deadLetterMessage(deadLetter, { deadLetterReason: "closed", deadLetterErrorDescription: "by another" });

  expect(await bus.contents(name)).toMatchObject([
    { body: "abandon", state: "active", deliveryCount: 1, applicationProperties: { returned: true } },
    { body: "defer", state: "deferred" },
  ]);
  const letter = await next(deadLetters);
  expect(letter).toMatchObject({ body: "dead-letter", deadLetterReason: "closed" });
  await deadLetters.completeMessage(letter);
  const free = await next(other);
  expect(free.body).toBe("abandon");
  await other.completeMessage(free);
  await nothingComes(other, 50);
});

test("a lock token that is not held by anyone settles nothing", async () => {
  const { client, name, sender, receiver } = await bus.queue("plain");
  await sender.sendMessages({ body: "settled once" });
  const message = await next(receiver);
  await receiver.close();
  const other = client.createReceiver(name, lapsing);
  await other.completeMessage(message);
  await expect(other.completeMessage(message)).rejects.toMatchObject({ code: "MessageLockLost" });
  await expect(other.renewMessageLock(message)).rejects.toMatchObject({ code: "MessageLockLost" });
});

test("a connection closed in the middle of receiving loses nothing", async () => {
  const { client, name, sender } = await bus.queue("shortLock");
  await sender.sendMessages([1, 2, 3].map((body) => ({ body })));
  const receiver = client.createReceiver(name, lapsing);
  const held = await next(receiver);
  await client.close();
  const other = bus.client().createReceiver(name, lapsing);
  const received: unknown[] = [];
  for (let count = 0; count < 3; count += 1) {
    const message = await next(other, untilLapsed(held));
    received.push(message.body);
    await other.completeMessage(message);
  }
  expect(received.map(Number).sort()).toEqual([1, 2, 3]);
});
