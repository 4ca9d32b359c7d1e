import { expect, test } from "vitest";
import { bodies, next, nothingComes, take } from "../../support/service-bus/receive.ts";
import { durations } from "../../support/service-bus/declaration.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";
import { until } from "../../support/until.ts";

// https://learn.microsoft.com/azure/service-bus-messaging/message-expiration
const bus = useServiceBus();
const passed = (time: Date | undefined): Promise<unknown> =>
  until(() => Date.now() > (time?.getTime() ?? Infinity) + 100, { what: "the time to live has run out" });

test("an expired message is never received, and is dropped where expiry makes no dead letters", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  await sender.sendMessages([
    { body: "short-lived", timeToLive: 1_000 },
    { body: "long-lived", timeToLive: 60_000 },
  ]);
  const [peeked] = await receiver.peekMessages(1);
  expect(peeked?.body).toBe("short-lived");
  await passed(peeked?.expiresAtUtc);
  const message = await next(receiver);
  expect(message.body).toBe("long-lived");
  await receiver.completeMessage(message);
  await nothingComes(receiver, 50);
  // Azure drops expired messages when it gets round to it.
  await until(async () => (await bus.contents(name)).length === 0, { what: "the expired message is dropped" });
  expect(await bus.contents(name, { subQueueType: "deadLetter" })).toEqual([]);
});

test("where expiry makes dead letters, an expired message is one, with the reason, and stays", async () => {
  const { sender, receiver, deadLetters } = await bus.queue("expiring");
  await sender.sendMessages({ body: "too late", messageId: "kept", timeToLive: 1_000 });
  const [peeked] = await receiver.peekMessages(1);
  await passed(peeked?.expiresAtUtc);
  await nothingComes(receiver); // Azure expires a message when somebody asks for one.
  const letter = await next(deadLetters);
  expect(letter).toMatchObject({ body: "too late", messageId: "kept", deadLetterReason: "TTLExpiredException" });
  await deadLetters.completeMessage(letter);
});

test("a receiver that waits already does not keep a message from expiring", async () => {
  const { client, name, sender, receiver, deadLetters } = await bus.queue("expiring");
  await sender.sendMessages({ body: "held, then given back", timeToLive: 1_000 });
  const message = await next(receiver);
  await passed(message.expiresAtUtc);
  const waiting = nothingComes(client.createReceiver(name), 600);
  await receiver.abandonMessage(message);
  await waiting;
  const letter = await next(deadLetters);
  expect(letter).toMatchObject({ body: "held, then given back", deadLetterReason: "TTLExpiredException" });
  await deadLetters.completeMessage(letter);
});

test("the queue's time to live holds for messages that have none or a longer one", async () => {
  const { sender, receiver, deadLetters } = await bus.queue("expiring");
  const began = Date.now();
  await sender.sendMessages([{ body: "none" }, { body: "longer", timeToLive: 3_600_000 }]);
  expect(bodies(await receiver.peekMessages(2))).toEqual(["none", "longer"]);
  await passed(new Date(began + durations.defaultTimeToLive + 500));
  await nothingComes(receiver, 200);
  const letters = await take(deadLetters, 2);
  expect(bodies(letters).sort()).toEqual(["longer", "none"]);
  for (const letter of letters) await deadLetters.completeMessage(letter);
});

test("a message that expires while it is locked can still be completed by its holder", async () => {
  const { name, sender, receiver } = await bus.queue("plain");
  await sender.sendMessages({ body: "held", timeToLive: 1_000 });
  const message = await next(receiver);
  await passed(message.expiresAtUtc);
  await receiver.completeMessage(message);
  expect(await bus.contents(name)).toEqual([]);
});

test("the life of a scheduled message begins when it is due", async () => {
  const { sender, receiver } = await bus.queue("plain");
  const due = new Date(Date.now() + 1_200);
  await sender.scheduleMessages({ body: "later", timeToLive: 1_000 }, due);
  const message = await next(receiver);
  expect(message.body).toBe("later");
  expect(message.expiresAtUtc?.getTime()).toBeGreaterThanOrEqual(due.getTime() + 1_000);
  await receiver.completeMessage(message);
});
