import { expect, test } from "vitest";
import { bodies, next } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();

const timed = async <T>(action: Promise<T>): Promise<{ value: T; took: number }> => {
  const began = performance.now();
  return { value: await action, took: performance.now() - began };
};

test("receiving from an empty queue ends by its deadline, again and again, and the receiver goes on working", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await receiver.receiveMessages(1, { maxWaitTimeInMs: 10 }); // Opens the link.
  const times: number[] = [];
  for (const round of [1, 2, 3]) {
    const { value, took } = await timed(receiver.receiveMessages(10, { maxWaitTimeInMs: 150 }));
    expect(value).toEqual([]);
    expect(took).toBeGreaterThan(100);
    times.push(took);
    await sender.sendMessages({ body: round });
    const message = await next(receiver);
    expect(message.body).toBe(round);
    await receiver.completeMessage(message);
  }
  // A drain left unanswered costs 200 ms more, every time; a slow machine does not.
  expect(Math.min(...times)).toBeLessThan(330);
});

test("asking for more than there is gives what there is, soon after the first", async () => {
  const { sender, receiver } = await bus.queue("plain");
  await sender.sendMessages([1, 2, 3].map((body) => ({ body })));
  const { value, took } = await timed(receiver.receiveMessages(100, { maxWaitTimeInMs: 10_000 }));
  expect(bodies(value)).toEqual([1, 2, 3]);
  expect(took).toBeLessThan(3_000); // The SDK waits one second for more.
  for (const message of value) await receiver.completeMessage(message);
});

test("a drained receiver holds no claim: what is sent then is another's to receive, uncounted", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  await receiver.receiveMessages(50, { maxWaitTimeInMs: 50 });
  await sender.sendMessages([1, 2].map((body) => ({ body })));
  const other = bus.client().createReceiver(name, { receiveMode: "receiveAndDelete" });
  expect(await next(other)).toMatchObject({ body: 1, deliveryCount: 0 });
  const message = await next(receiver);
  expect(message).toMatchObject({ body: 2, deliveryCount: 0 });
  await receiver.completeMessage(message);
});

test("no message is lost between deadline and drain", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  const received: unknown[] = [];
  const sent = Array.from({ length: 150 }, (_, index) => index);
  const sending = (async () => {
    for (const body of sent) await sender.sendMessages({ body });
  })();
  const deadline = performance.now() + 10_000;
  while (received.length < sent.length && performance.now() < deadline) {
    const messages = await receiver.receiveMessages(7, { maxWaitTimeInMs: 3 });
    received.push(...bodies(messages));
    for (const message of messages) await receiver.completeMessage(message);
  }
  await sending;
  expect(received).toEqual(sent);
  expect(await bus.contents(name)).toEqual([]);
});
