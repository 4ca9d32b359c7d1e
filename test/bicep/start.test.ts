import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildOf } from "../../infra/build.mjs";
import { settingsSchema } from "../../functions/settings.ts";
import { laptopFaults } from "../../functions/laptop-only.ts";
import { startProgram, type Program } from "../support/program.ts";
import { until } from "../support/until.ts";
import { deployedWhole, settingsOf } from "./support/deployments.ts";
import { resolvedSettings } from "./support/resolved-settings.ts";

const settings = resolvedSettings(settingsOf(deployedWhole()));

/** Where the platform hands out tokens of the app's identity: https://learn.microsoft.com/azure/app-service/overview-managed-identity */
let identity: Server;
const asked: URL[] = [];
beforeAll(async () => {
  identity = createServer((request, response) => {
    asked.push(new URL(request.url ?? "/", "http://identity"));
    const expiresOn = Math.floor(Date.now() / 1000) + 3_600;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ access_token: "a token", expires_on: String(expiresOn), token_type: "Bearer" }));
  }).listen(0, "127.0.0.1");
  await once(identity, "listening");
});
afterAll(() => {
  identity.closeAllConnections();
  identity.close();
});

/** The package as it is deployed, in a host that sets what Azure sets. Nothing that it is told to call is there. */
const start = (more: Readonly<Record<string, string>> = {}): Promise<Program> =>
  startProgram({
    name: "functions-host",
    readyLine: /^Functions host ready/,
    env: {
      ...settings,
      WEBSITE_SITE_NAME: settings.OTEL_SERVICE_NAME ?? "",
      IDENTITY_ENDPOINT: `http://127.0.0.1:${(identity.address() as AddressInfo).port}/msi/token`,
      IDENTITY_HEADER: "none",
      FANFARE_APP_DIR: "dist/package",
      FANFARE_HTTP_PORT: "0",
      ...more,
    },
  });

test.concurrent(
  "the package starts with exactly the settings of the deployment, and speaks as the app's identity",
  async () => {
    const host = await start();
    try {
      expect(host.ready).toContain("(functions: api, deliver-notification, purge-expired, watch-dead-letters)");
      const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(host.ready) ?? [];
      const live = await fetch(`${url}/health/live`);
      expect([live.status, await live.json()]).toEqual([200, { status: "live", ...buildOf(process.env) }]);
      const ready = await fetch(`${url}/health/ready`);
      expect([ready.status, await ready.json()]).toMatchObject([503, { checks: { tables: "failing" } }]);
      const forTables = await until(
        () => asked.find(({ searchParams }) => searchParams.get("resource")?.startsWith("https://storage.azure.com")),
        { what: "a token for the tables" },
      );
      expect(forTables.searchParams.get("client_id")).toBe(settings.TablesConnection__clientId);
    } finally {
      await host.kill();
    }
  },
);

const laptopOnly = Object.keys(settingsSchema.shape).filter((name) =>
  laptopFaults({ [name]: "https://127.0.0.1:1" }).some((fault) => fault.startsWith(name)),
);

test.concurrent("with any setting that only a laptop may have it does not start, and says why", async () => {
  const refused = start(Object.fromEntries(laptopOnly.map((name) => [name, "https://127.0.0.1:1"])));
  const told = await refused.then(
    (host) => host.kill().then(() => "it started"),
    (error: unknown) => String(error),
  );
  expect(laptopOnly.length).toBeGreaterThan(5);
  for (const name of laptopOnly) expect(told).toContain(`${name} is for local development only`);
  expect(told).toContain("WEBSITE_SITE_NAME is set, as on Azure");
});
