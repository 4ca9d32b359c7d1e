import type { ServiceBusClient } from "@azure/service-bus";
import { expect, test } from "vitest";
import { ownEmulator } from "../../support/service-bus/declaration.ts";
import { next } from "../../support/service-bus/receive.ts";
import { useServiceBus } from "../../support/service-bus/use.ts";

const bus = useServiceBus();
const atOnce = { retryOptions: { maxRetries: 0, timeoutInMs: 8_000 } };
const missing = "conformance-there-is-no-such-queue";

const failsSoon = async (action: Promise<unknown>, error: object): Promise<void> => {
  const began = performance.now();
  await expect(action).rejects.toMatchObject(error);
  expect(performance.now() - began).toBeLessThan(3_000);
};

test.each<{ what: string; act: (client: ServiceBusClient) => Promise<unknown> }>([
  { what: "sending", act: (client) => client.createSender(missing).sendMessages({ body: "lost" }) },
  { what: "receiving", act: (client) => client.createReceiver(missing).receiveMessages(1, { maxWaitTimeInMs: 5_000 }) },
  {
    what: "receiving dead letters",
    act: (client) =>
      client.createReceiver(missing, { subQueueType: "deadLetter" }).receiveMessages(1, { maxWaitTimeInMs: 5_000 }),
  },
  { what: "peeking", act: (client) => client.createReceiver(missing).peekMessages(1) },
  { what: "scheduling", act: (client) => client.createSender(missing).scheduleMessages({ body: "lost" }, new Date()) },
  {
    what: "receiving from a subscription",
    act: (client) => client.createReceiver(missing, "topic's").receiveMessages(1, { maxWaitTimeInMs: 5_000 }),
  },
])("$what, where there is no such queue, fails with MessagingEntityNotFound", async ({ act }) => {
  await failsSoon(act(bus.client(atOnce)), { name: "ServiceBusError", code: "MessagingEntityNotFound" });
});

test("a session of a queue without sessions is refused, and the connection goes on working", async () => {
  const { name } = await bus.queue("plain");
  const client = bus.client(atOnce);
  await failsSoon(client.acceptSession(name, "a session"), {
    name: "ServiceBusError",
    message: expect.stringMatching(/session/i),
  });
  await failsSoon(client.acceptNextSession(name), {
    name: "ServiceBusError",
    message: expect.stringMatching(/session/i),
  });

  await client.createSender(name).sendMessages({ body: "still there" });
  const receiver = client.createReceiver(name);
  const message = await next(receiver);
  expect(message.body).toBe("still there");
  await receiver.completeMessage(message);
});

test.runIf(ownEmulator)("rules, which belong to topics, are refused by name", async () => {
  const rules = bus.client(atOnce).createRuleManager("conformance-plain", "no-subscription");
  await failsSoon(rules.createRule("rule", { sqlExpression: "1=1" }), { name: "ServiceBusError" });
});
