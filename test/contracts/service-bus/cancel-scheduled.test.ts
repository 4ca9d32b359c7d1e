import { expect, test } from "vitest";
import { bodies, next, take } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();
const fromNow = (milliseconds: number): Date => new Date(Date.now() + milliseconds);
const notFound = { name: "ServiceBusError", code: "MessageNotFound" };

test("a cancelled message never comes, the others do", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const numbers = await sender.scheduleMessages([{ body: 1 }, { body: 2 }, { body: 3 }, { body: 4 }], fromNow(700));
  await sender.cancelScheduledMessages([numbers[0], numbers[2]].flatMap((number) => number ?? []));
  await sender.sendMessages({ body: "last", scheduledEnqueueTimeUtc: fromNow(900) });
  const messages = await take(receiver, 3);
  expect(bodies(messages)).toEqual([2, 4, "last"]);
  await Promise.all(messages.map((message) => receiver.completeMessage(message)));
});

test("cancelling twice, or what has come due, fails with MessageNotFound", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const [cancelled] = await sender.scheduleMessages({ body: "cancelled" }, fromNow(60_000));
  if (!cancelled) throw new Error("a number was asked for");
  await sender.cancelScheduledMessages(cancelled);
  await expect(sender.cancelScheduledMessages(cancelled)).rejects.toMatchObject(notFound);

  const [due] = await sender.scheduleMessages({ body: "due" }, fromNow(-1_000));
  const message = await next(receiver);
  expect(message.body).toBe("due");
  if (due) await expect(sender.cancelScheduledMessages(due)).rejects.toMatchObject(notFound);
  await receiver.completeMessage(message);
});
