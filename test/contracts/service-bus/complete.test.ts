import { expect, test } from "vitest";
import { bodies, next, nothingComes, take } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();

test("a locked message is nobody else's, and a completed one is gone", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  await sender.sendMessages({ body: "work" });
  const message = await next(receiver);
  const other = bus.client().createReceiver(name);
  await nothingComes(other);
  await receiver.completeMessage(message);
  await nothingComes(other, 50);
  expect(await bus.contents(name)).toEqual([]);
});

test("messages are completed in any order, each alone", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  await sender.sendMessages([1, 2, 3, 4].map((body) => ({ body })));
  const [one, two, three, four] = await take(receiver, 4);
  if (!one || !two || !three || !four) throw new Error("four messages were sent");
  await receiver.completeMessage(three);
  await receiver.completeMessage(one);
  expect(bodies(await bus.contents(name))).toEqual([2, 4]);
  await Promise.all([receiver.completeMessage(four), receiver.completeMessage(two)]);
  expect(await bus.contents(name)).toEqual([]);
});

test("completing twice fails, and does no harm", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages([{ body: "twice" }, { body: "untouched" }]);
  const [twice, untouched] = await take(receiver, 2);
  if (!twice || !untouched) throw new Error("two messages were sent");
  await receiver.completeMessage(twice);
  await expect(receiver.completeMessage(twice)).rejects.toThrow();
  await receiver.completeMessage(untouched);
});
