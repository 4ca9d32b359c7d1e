import { afterAll, beforeAll, describe } from "vitest";
import { startBackends, type Backends } from "../../support/backends.ts";
import { acceptCases } from "./accept.cases.ts";
import { clientCases } from "./client.cases.ts";
import { dryRunCases } from "./dry-run.cases.ts";
import { refusedCallerCases } from "./faults-access.cases.ts";
import { faultyBodyCases } from "./faults-body.cases.ts";
import { outageCases } from "./faults-outage.cases.ts";
import { faultyRequestCases } from "./faults-request.cases.ts";
import { throttledCases } from "./faults-throttled.cases.ts";
import { oneAppIsAsked } from "./faults-under-test.ts";
import { feedCases } from "./feed.cases.ts";
import { liveWaitCases } from "./live-wait.cases.ts";
import { openapiCases } from "./openapi.cases.ts";
import { pushedCases } from "./pushed.cases.ts";

let shared: Backends;
beforeAll(async () => {
  shared = await startBackends();
});
afterAll(() => shared.stop());

// One set of backends for all, and for each an app and users of its own.
describe("POST notifications", () => acceptCases(() => shared));
describe("a dry run", () => dryRunCases(() => shared));
describe("faults", () => {
  oneAppIsAsked(() => shared);
  faultyRequestCases();
  refusedCallerCases();
  faultyBodyCases();
  throttledCases();
  outageCases();
});
describe("the feed", () => feedCases(() => shared));
describe("a delta that waits", () => liveWaitCases(() => shared));
describe("the client's files", () => clientCases(() => shared));
describe("the description", () => openapiCases(() => shared));
// Last: what it schedules for later is left in the queue.
describe("what is pushed", () => pushedCases(() => shared));
