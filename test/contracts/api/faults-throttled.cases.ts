import { describe, expect, test } from "vitest";
import { type Answered, type AppInProcess, loadApp } from "../../support/app-in-process.ts";
import { notification, post } from "./api-under-test.ts";
import { backends, expectFault, secrets, token } from "./faults-under-test.ts";

/** Every row there is, by key and version: what no refusal may change. */
const rowsOf = async (...names: ("feeds" | "expiries" | "throttles")[]): Promise<string[]> => {
  const found: string[] = [];
  for (const name of names) {
    for await (const { partitionKey, rowKey, etag } of backends.tables.tables[name].all()) {
      found.push(`${name} ${partitionKey} ${rowKey} ${etag}`);
    }
  }
  return found;
};

/** What is answered to who writes too much. */
export const throttledCases = (): void => {
  describe("throttled", () => {
    const throttledBy = async (settings: Record<string, string>, story: (app: AppInProcess) => Promise<void>) => {
      const instance = await loadApp(backends.settings(settings));
      await story(instance);
      for (const line of instance.logged) for (const secret of secrets) expect(line).not.toContain(secret);
      await instance.close();
    };
    const retryAfter = (answer: Answered): number => Number(answer.headers.get("retry-after"));

    test("a user's third write of two is a 406 that says when, costs no write and is told after everything else", async () => {
      await throttledBy({ THROTTLE_USER_WRITES_PER_5_MINUTES: "2" }, async (instance) => {
        const own = await token(backends.apps.sample, "busy.user@contoso.com");
        const write = (body: unknown, headers: Record<string, string> = {}) =>
          post(instance, body, { headers: { authorization: own, ...headers } });
        const first = notification();
        expect((await write(first, { "idempotency-key": "first" })).status).toBe(201);
        expectFault(await write({ ...first, groupName: 7 }), 400); // a refusal does not count
        expect((await write(notification())).status).toBe(201);

        const before = await rowsOf("feeds", "expiries", "throttles");
        const refused = await write(notification());
        expectFault(refused, 406, "too many writes");
        expect(retryAfter(refused)).toBeGreaterThan(280);
        expect(retryAfter(refused)).toBeLessThanOrEqual(300);
        expectFault(await write(first), 406, "too many writes"); // replacing is a write too
        expectFault(await write({}), 400);
        expectFault(await write(notification(), { "x-uns-id": "unknown" }), 403, "X-UNS-ID");
        // A repeat is no write: it is answered all the same.
        expect((await write(first, { "idempotency-key": "first" })).status).toBe(201);
        expect(await rowsOf("feeds", "expiries", "throttles")).toEqual(before);
        const others = await token(backends.apps.sample, "idle.user@contoso.com");
        expect((await post(instance, notification(), { headers: { authorization: others } })).status).toBe(201);
      });
    });

    test("an app beyond its writes is told so before its body is looked at, and what it was refused for does not count", async () => {
      const { other } = backends.apps;
      // What the instance before leased for this app was leased under its own limit.
      const { throttles } = backends.tables.tables;
      for await (const { partitionKey, rowKey } of throttles.all()) {
        await throttles.write({ kind: "delete", partitionKey, rowKey });
      }
      await throttledBy({ THROTTLE_APP_WRITES_PER_MINUTE: "3" }, async (instance) => {
        const own = await token(other, "app.user@contoso.com");
        const write = (body: unknown) => post(instance, body, { headers: { authorization: own } });
        const good = () => notification({ targetHostName: other.hostName });
        for (let refusal = 1; refusal <= 5; refusal += 1) expectFault(await write("{"), 400, "JSON");
        const statuses: number[] = [];
        for (let attempt = 1; attempt <= 4; attempt += 1) statuses.push((await write(good())).status);
        expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(3);
        expect(statuses[0]).toBe(201);

        const before = await rowsOf("feeds", "expiries");
        const refused = await write("x".repeat(70_000));
        expectFault(refused, 406, "calling app's writes are throttled");
        expect(retryAfter(refused)).toBeGreaterThanOrEqual(1);
        expect(retryAfter(refused)).toBeLessThanOrEqual(70);
        expect(await rowsOf("feeds", "expiries")).toEqual(before);
        expectFault(await post(instance, "{", { headers: { authorization: own, "content-type": "text/plain" } }), 415);
      });
    });
  });
};
