import { createHmac } from "node:crypto";
import { parseServiceBusConnectionString, type ServiceBusClient } from "@azure/service-bus";
import { beforeEach, describe, expect, test } from "vitest";
import { queues } from "../../support/service-bus/declaration.ts";
import { next, nothingComes } from "../../support/service-bus/receive.ts";
import type { QueueUnderTest } from "../../support/service-bus/client.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

// https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas
const bus = useServiceBus();
let queue: QueueUnderTest;
beforeEach(async () => {
  queue = await bus.queue("plain");
});

const inOneHour = (): number => Math.floor(Date.now() / 1_000) + 3_600;

type Signature = { audience: string; expiry?: number; signedExpiry?: number; key?: string; keyName?: string };

/** A client whose only credential is this signature; it shows the same one for whatever it opens. */
const clientWith = ({
  audience,
  expiry = inOneHour(),
  signedExpiry = expiry,
  ...other
}: Signature): ServiceBusClient => {
  const { connectionString } = bus.broker();
  const {
    endpoint,
    sharedAccessKey = "",
    sharedAccessKeyName = "",
  } = parseServiceBusConnectionString(connectionString);
  const resource = encodeURIComponent(audience);
  const key = other.key ?? sharedAccessKey;
  const signature = createHmac("sha256", key).update(`${resource}\n${signedExpiry}`).digest("base64");
  const token = `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${other.keyName ?? sharedAccessKeyName}`;
  const emulator = connectionString.includes("UseDevelopmentEmulator=true") ? ";UseDevelopmentEmulator=true" : "";
  // The SDK holds a refusal for a rotated key and would ask again for two minutes.
  return bus.client(
    { retryOptions: { maxRetries: 0, timeoutInMs: 5_000 } },
    `Endpoint=${endpoint};SharedAccessSignature=${token}${emulator}`,
  );
};

const endpoint = (): string =>
  parseServiceBusConnectionString(bus.broker().connectionString).endpoint.replace(/\/$/, "");
const audienceOf = (path: string): string => `${endpoint()}/${path}`;
const refused = { name: "ServiceBusError", code: "UnauthorizedAccess" };

test("a signature for the namespace opens every queue", async () => {
  const client = clientWith({ audience: `${endpoint()}/` });
  await client.createSender(queue.name).sendMessages({ body: "let in" });
  expect((await next(client.createReceiver(queue.name, { receiveMode: "receiveAndDelete" }))).body).toBe("let in");
});

test("a signature for a queue opens it, its dead letters and its management, and no other queue", async () => {
  const client = clientWith({ audience: audienceOf(queue.name) });
  await client.createSender(queue.name).sendMessages({ body: "let in" });
  const receiver = client.createReceiver(queue.name);
  expect(await receiver.peekMessages(1)).toMatchObject([{ body: "let in" }]);
  await receiver.deadLetterMessage(await next(receiver));
  const deadLetters = client.createReceiver(queue.name, { subQueueType: "deadLetter" });
  await deadLetters.completeMessage(await next(deadLetters));
  await expect(client.createSender(queues.shortLock).sendMessages({ body: "elsewhere" })).rejects.toMatchObject(
    refused,
  );
});

describe.each<{ fault: string; signature: () => Signature }>([
  { fault: "made with a wrong key", signature: () => ({ audience: audienceOf(queue.name), key: "AAAA" }) },
  { fault: "of an unknown key name", signature: () => ({ audience: audienceOf(queue.name), keyName: "Nobody" }) },
  { fault: "for another queue", signature: () => ({ audience: audienceOf(queues.shortLock) }) },
  {
    fault: "for a name this queue's begins with",
    signature: () => ({ audience: audienceOf(queue.name.slice(0, -1)) }),
  },
  { fault: "for another namespace", signature: () => ({ audience: `sb://elsewhere.example/${queue.name}` }) },
  { fault: "that has expired", signature: () => ({ audience: audienceOf(queue.name), expiry: inOneHour() - 3_660 }) },
  {
    fault: "whose expiry was prolonged by hand",
    signature: () => ({ audience: audienceOf(queue.name), signedExpiry: inOneHour() - 60 }),
  },
])("a signature $fault", ({ signature }) => {
  test("neither sends nor receives nor peeks, and is told so at once", async () => {
    await queue.sender.sendMessages({ body: "not for you" });
    const client = clientWith(signature());
    const began = performance.now();
    await expect(client.createSender(queue.name).sendMessages({ body: "forged" })).rejects.toMatchObject(refused);
    const receiver = client.createReceiver(queue.name);
    await expect(receiver.receiveMessages(1, { maxWaitTimeInMs: 500 })).rejects.toMatchObject(refused);
    await expect(receiver.peekMessages(1)).rejects.toMatchObject(refused);
    expect(performance.now() - began).toBeLessThan(4_000);

    // Nothing was sent, nothing was taken.
    const message = await next(queue.receiver);
    expect(message).toMatchObject({ body: "not for you", deliveryCount: 0 });
    await queue.receiver.completeMessage(message);
    await nothingComes(queue.receiver, 50);
  });
});
