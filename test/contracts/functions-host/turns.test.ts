import { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTurns } from "../../../infra/local/functions-host/service-bus/turns.ts";
import { queues } from "../../support/service-bus/declaration.ts";
import { startEmulator, type Emulator } from "../../support/service-bus/emulator.ts";

let emulator: Emulator;
let client: ServiceBusClient;
beforeAll(async () => {
  emulator = await startEmulator();
  client = new ServiceBusClient(emulator.connectionString);
});
afterAll(async () => {
  await client.close();
  await emulator.remove();
});

test("of two neighbours settled at the same moment, the failed one comes again and the other does not", async () => {
  await client.createSender(queues.plain).sendMessages([{ body: "succeeds" }, { body: "fails" }]);
  const receiver = client.createReceiver(queues.plain);
  const [succeeds, fails] = await receiver.receiveMessages(2);
  if (!succeeds || !fails) throw new Error("both messages were to arrive at once");
  const inTurn = createTurns();
  await Promise.all([
    inTurn("complete", () => receiver.completeMessage(succeeds)),
    inTurn("abandon", () => receiver.abandonMessage(fails)),
  ]);
  expect(await receiver.peekMessages(10)).toEqual([expect.objectContaining({ body: "fails", deliveryCount: 1 })]);
});

test("equal verdicts do not wait for each other", async () => {
  let turns = 0;
  const inTurn = createTurns(() => Promise.resolve(void (turns += 1)));
  const done = () => Promise.resolve("done");
  const verdicts = ["complete", "complete", "abandon", "abandon", "complete"];
  expect(await Promise.all(verdicts.map((verdict) => inTurn(verdict, done)))).toEqual(verdicts.map(() => "done"));
  expect(turns).toBe(3);
});
