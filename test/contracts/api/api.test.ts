import { afterAll, beforeAll, describe } from "vitest";
import { startBackends, type Backends } from "../../support/backends.ts";
import { acceptCases } from "./accept.cases.ts";
import { faultCases } from "./faults.cases.ts";
import { feedCases } from "./feed.cases.ts";
import { openapiCases } from "./openapi.cases.ts";

let shared: Backends;
beforeAll(async () => {
  shared = await startBackends();
});
afterAll(() => shared.stop());

// One set of backends for all, and for each an app and users of its own.
describe("POST notifications", () => acceptCases(() => shared));
describe("faults", () => faultCases(() => shared));
describe("the feed", () => feedCases(() => shared));
describe("the description", () => openapiCases(() => shared));
