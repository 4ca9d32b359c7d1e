import { expect, test } from "vitest";
import { bodies, next, nothingComes, take } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();

test("a message received in this mode is gone, without being settled", async () => {
  const { client, name, sender, receiver } = await bus.queue("plain");
  const taker = client.createReceiver(name, { receiveMode: "receiveAndDelete" });
  await sender.sendMessages([{ body: 1 }, { body: 2, sessionId: "a label here" }, { body: 3 }]);
  const [first, second] = await take(taker, 2);
  expect([first?.body, second?.body]).toEqual([1, 2]);
  expect(second?.sessionId).toBe("a label here");
  expect(first?.lockToken).toBeUndefined();
  if (first) await expect(taker.completeMessage(first)).rejects.toThrow();
  await taker.close();

  // Only what was not asked for is left.
  const third = await next(receiver);
  expect(third.body).toBe(3);
  await receiver.completeMessage(third);
  expect(await bus.contents(name)).toEqual([]);
});

test("a message that has been received and deleted is not redelivered, however often it is asked for", async () => {
  const { client, name, sender } = await bus.queue("shortLock");
  const taker = client.createReceiver(name, { receiveMode: "receiveAndDelete" });
  for (const round of [1, 2, 3]) {
    await sender.sendMessages({ body: round });
    expect((await next(taker)).body).toBe(round);
    await nothingComes(taker, 50);
  }
});

test("subscribing in this mode takes every message once", async () => {
  const { client, name, sender } = await bus.queue("plain");
  const taker = client.createReceiver(name, { receiveMode: "receiveAndDelete" });
  const sent = Array.from({ length: 50 }, (_, index) => index);
  await sender.sendMessages(sent.map((body) => ({ body })));
  const taken: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    taker.subscribe(
      {
        processMessage: (message) => {
          taken.push(message.body);
          if (taken.length === sent.length) resolve();
          return Promise.resolve();
        },
        processError: ({ error }) => {
          reject(error);
          return Promise.resolve();
        },
      },
      { maxConcurrentCalls: 4 },
    );
  });
  await taker.close();
  expect(taken).toEqual(sent);
  expect(bodies(await bus.contents(name))).toEqual([]);
});
