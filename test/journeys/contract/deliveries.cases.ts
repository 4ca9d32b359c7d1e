import { beforeAll, expect, test } from "vitest";
import { deliveriesAnswer } from "../../../functions/api/openapi/answers.ts";
import type { LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";
import type { Caller, Person } from "./caller.ts";
import type { ContractStack } from "./contract-stack.ts";
import { expectFault } from "./expect-fault.ts";

let stack: LocalStack;
let caller: Caller;
let anyone: Person;

/** What administrators are told of deliveries. */
export const deliveryCases = (shared: () => ContractStack): void => {
  beforeAll(async () => {
    ({ stack, caller } = shared());
    anyone = await caller.person();
  });

  test("GET notifications/{id}/deliveries: for the app role Notifications.Admin alone; what became of each", async () => {
    const device = await stack.device(anyone.upn);
    const made = await caller.post({ payload: { rawContent: "rung" } }, { token: anyone.token });
    await stack.shows(device, ["rung"]);
    const path = `notifications/${String(made.json.id)}/deliveries`;
    const wrong = await caller.ask("POST", path);
    expectFault(wrong, 405);
    expect(wrong.headers.allow).toContain("GET");
    expectFault(await caller.ask("GET", path), 401);
    expectFault(await caller.ask("GET", path, { token: anyone.token }), 403);
    expectFault(await caller.ask("GET", path, { token: await stack.token() }), 403);
    const scope = "Notifications.ReadWrite.CreatedByApp Notifications.Admin";
    const token = await caller.oddToken({ username: anyone.upn, scope });
    const isDelivered = async (): Promise<boolean> => {
      const { status, json, text } = await caller.ask("GET", path, { token });
      expect(status, text).toBe(200);
      return deliveriesAnswer.parse(json).value.some(({ outcome }) => outcome === "delivered");
    };
    await until(isDelivered, { what: "the delivery is recorded" });
    expect((await caller.ask("GET", path, { token })).text).not.toContain("rung");
    const appOnly = await caller.oddToken({ scope: "Notifications.Admin" });
    expectFault(await caller.ask("GET", path, { token: appOnly }), 400);
    const asApp = await caller.ask("GET", path, { token: appOnly, headers: { "x-uns-id": device.unsid } });
    expect(deliveriesAnswer.parse(asApp.json).value).toMatchObject([{ platformType: "WebPush", outcome: "delivered" }]);
    expectFault(await caller.ask("GET", `notifications/${crypto.randomUUID()}/deliveries`, { token }), 404);
    const { json } = await caller.ask("GET", "/beta/openapi.json");
    expect(Object.keys(json.paths as object)).toContain("/me/notifications/{id}/deliveries");
  });
};
