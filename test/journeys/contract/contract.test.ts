import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectNothingTold } from "../../support/listened-stack.ts";
import { newUserForEach } from "./anyone.ts";
import { oneAppSends } from "./app-sender.ts";
import { startContractStack, type ContractStack } from "./contract-stack.ts";
import { createRepeatCases } from "./create-repeat.cases.ts";
import { createReplaceCases } from "./create-replace.cases.ts";
import { createRequestCases } from "./create-request.cases.ts";
import { createCases } from "./create.cases.ts";
import { deliveryCases } from "./deliveries.cases.ts";
import { refusedCallerCases } from "./faults-access.cases.ts";
import { faultyBodyCases } from "./faults-body.cases.ts";
import { faultOrderCases } from "./faults-order.cases.ts";
import { faultyRequestCases } from "./faults-request.cases.ts";
import { feedDeltaCases } from "./feed-delta.cases.ts";
import { feedEntityCases } from "./feed-entity.cases.ts";
import { feedIsolationCases } from "./feed-isolation.cases.ts";
import { feedListCases } from "./feed-list.cases.ts";
import { feedManyCases } from "./feed-many.cases.ts";
import { feedOneCases } from "./feed-one.cases.ts";
import { feedSilenceCases } from "./feed-silence.cases.ts";
import { hostileJsonCases } from "./hostile-json.cases.ts";
import { hostileRequestCases } from "./hostile-request.cases.ts";
import { someoneIsHostile } from "./hostile-sender.ts";
import { hostileSizeCases } from "./hostile-size.cases.ts";
import { hostileTokenCases } from "./hostile-token.cases.ts";
import { inboxCases } from "./inbox.cases.ts";
import { openapiCases } from "./openapi.cases.ts";
import { subscriptionCases } from "./subscriptions.cases.ts";

let shared: ContractStack;
beforeAll(async () => {
  shared = await startContractStack();
}, 60_000);
afterAll(() => shared.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(shared.stack.output())));

// One stack for all: to start it costs more than any of them does.
describe("under fire", () => {
  someoneIsHostile(() => shared);
  hostileSizeCases();
  hostileJsonCases();
  hostileRequestCases();
  hostileTokenCases();
});
describe("POST notifications", () => {
  newUserForEach(() => shared);
  createCases();
  createRequestCases();
  createReplaceCases();
  createRepeatCases();
});
describe("faults", () => {
  oneAppSends(() => shared);
  faultyBodyCases();
  faultyRequestCases();
  refusedCallerCases();
  faultOrderCases();
});
describe("the feed", () => {
  newUserForEach(() => shared);
  feedEntityCases();
  feedListCases();
  feedIsolationCases();
  feedOneCases();
  feedDeltaCases();
  feedManyCases();
  feedSilenceCases();
  openapiCases();
});
describe("deliveries", () => deliveryCases(() => shared));
describe("subscriptions", () => subscriptionCases(() => shared));
describe("the inbox page", () => inboxCases(() => shared));

test("in the end neither its telemetry nor its log has told a secret, a person, a device or a content", () =>
  expectNothingTold(shared.stack));

test("and of an ephemeral stack nothing is left but an empty lock", async () => {
  await shared.stack.stop();
  // An empty lock stays: were it removed, two starts at the same moment could each hold one.
  expect(await shared.files()).toEqual([[], ["supervisor"], ["lock"]]);
});
