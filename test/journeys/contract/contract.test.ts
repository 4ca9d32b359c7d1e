import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { startContractStack, type ContractStack } from "./contract-stack.ts";
import { createCases } from "./create.cases.ts";
import { deliveryCases } from "./deliveries.cases.ts";
import { faultCases } from "./faults.cases.ts";
import { feedCases } from "./feed.cases.ts";
import { subscriptionCases } from "./subscriptions.cases.ts";

let shared: ContractStack;
beforeAll(async () => {
  shared = await startContractStack();
}, 60_000);
afterAll(async () => {
  shared.caller.close();
  await shared.stack.stop();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(shared.stack.output())));

// One stack for all: to start it costs more than any of them does.
describe("POST notifications", () => createCases(() => shared));
describe("faults", () => faultCases(() => shared));
describe("the feed", () => feedCases(() => shared));
describe("deliveries", () => deliveryCases(() => shared));
describe("subscriptions", () => subscriptionCases(() => shared));
