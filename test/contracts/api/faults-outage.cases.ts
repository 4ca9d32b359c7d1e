import { describe, expect, test } from "vitest";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { type AppInProcess, loadApp } from "../../support/app-in-process.ts";
import { closedPort } from "../../support/closed-port.ts";
import { notification, post } from "./api-under-test.ts";
import { app, authorization, backends, expectFault, posted, secrets, unsid } from "./faults-under-test.ts";

/** What is answered without our tables or our queue. */
export const outageCases = (): void => {
  describe("when what we need is away", () => {
    const withBroken = async (
      broken: "tables" | "bus",
      story: (crippled: AppInProcess) => Promise<void>,
    ): Promise<void> => {
      const port = await closedPort();
      const settings =
        broken === "tables"
          ? { TablesConnection: backends.tables.connectionStringAt(port) }
          : { ServiceBusConnection: connectionString(port, backends.secrets.serviceBusKey) };
      const crippled = await loadApp(backends.settings(settings));
      await story(crippled);
      for (const line of crippled.logged) for (const secret of secrets) expect(line).not.toContain(secret);
      await crippled.close();
    };
    test("with everything there the service is ready, and alive", async () => {
      const ready = await app.ask("GET", "/health/ready");
      expect([ready.status, ready.json]).toEqual([
        200,
        { status: "ready", checks: { tables: "ok", serviceBus: "ok" } },
      ]);
      expect((await app.ask("GET", "/health/live")).status).toBe(200);
    });

    test.each([
      ["tables", { tables: "failing", serviceBus: "ok" }],
      ["bus", { tables: "ok", serviceBus: "failing" }],
    ] as const)(
      "without %s we are busy (406), not ready and say why, within the deadline, and alive",
      async (broken, checks) => {
        await withBroken(broken, async (crippled) => {
          const startedAt = performance.now();
          const answer = await post(crippled, notification(), { unsid, headers: { authorization } });
          expectFault(answer, 406, "busy");
          expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
          expect(await crippled.ask("GET", "/health/ready")).toMatchObject({ status: 503, json: { checks } });
          expect((await crippled.ask("GET", "/health/live")).status).toBe(200);
          expect(performance.now() - startedAt).toBeLessThan(12_000);
        });
      },
    );

    test("a notification that was stored but not sent is completed by posting it again, and the next is not even stored", async () => {
      const [body, next] = [notification(), notification()];
      await withBroken("bus", async (crippled) => {
        expectFault(await post(crippled, body, { unsid, headers: { authorization } }), 406);
        const refused = await post(crippled, next, { unsid, headers: { authorization } });
        expectFault(refused, 406, "busy");
        expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(5);
      });
      expect([(await posted(body)).status, (await posted(next)).status]).toEqual([200, 201]);
    });
  });
};
