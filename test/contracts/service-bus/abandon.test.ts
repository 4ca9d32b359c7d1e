import { expect, test } from "vitest";
import { bodies, next, take } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();

test("an abandoned message comes back at once, with one more delivery counted", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  await sender.sendMessages({ body: "again", messageId: "kept" });
  const first = await next(receiver);
  expect(first.deliveryCount).toBe(0);
  await receiver.abandonMessage(first);
  const second = await next(bus.client().createReceiver(name, { receiveMode: "receiveAndDelete" }));
  expect(second).toMatchObject({ body: "again", messageId: "kept", deliveryCount: 1 });
  expect(second.sequenceNumber).toEqual(first.sequenceNumber);
  expect(second.enqueuedTimeUtc).toEqual(first.enqueuedTimeUtc);
});

test("an abandoned message takes the properties it was abandoned with, and keeps its others", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages({ body: "marked", applicationProperties: { kept: "as it was", changed: 1 } });
  await receiver.abandonMessage(await next(receiver), { changed: 2, added: "new", flag: true });
  const again = await next(receiver);
  expect(again).toMatchObject({ body: "marked", deliveryCount: 1 });
  expect(again.applicationProperties).toEqual({ kept: "as it was", changed: 2, added: "new", flag: true });
  await receiver.abandonMessage(again, { changed: 3 });
  const last = await next(receiver);
  expect(last.applicationProperties).toMatchObject({ changed: 3, added: "new" });
  await receiver.completeMessage(last);
});

test("an abandoned message keeps its place before those sent after it", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages([1, 2, 3].map((body) => ({ body })));
  await receiver.abandonMessage(await next(receiver));
  const messages = await take(receiver, 3);
  expect(bodies(messages)).toEqual([1, 2, 3]);
  await Promise.all(messages.map((message) => receiver.completeMessage(message)));
});
