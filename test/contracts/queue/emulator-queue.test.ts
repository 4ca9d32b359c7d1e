import { afterAll, beforeAll } from "vitest";
import { emulatorQueues, type EmulatorQueues } from "./queue.bus.ts";
import { queueContract } from "./queue-contract.ts";

let queues: EmulatorQueues;
beforeAll(async () => {
  queues = await emulatorQueues();
});
afterAll(() => queues.stop());

queueContract("The Service Bus emulator", () => queues.open());
