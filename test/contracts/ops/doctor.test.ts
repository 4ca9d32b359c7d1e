import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TableClient } from "@azure/data-tables";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { secretsIn, type Secrets } from "../../../infra/local/secrets.ts";
import { vendorAccountsIn } from "../../../infra/local/vendor-accounts.ts";
import { connected } from "../../../infra/ops/connect.ts";
import type { Check } from "../../../infra/ops/doctor/check.ts";
import { checks } from "../../../infra/ops/doctor/checks/all.ts";
import { examine, type Found } from "../../../infra/ops/doctor/examine.ts";
import { localSettings } from "../../../infra/ops/doctor/settings-given.file.ts";
import { readSettings } from "../../../infra/ops/doctor/settings.ts";
import { subscribeCanary } from "../../../infra/ops/smoke/canary-user.table.ts";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { dataKeysFrom } from "../../../shared/data-keys.ts";
import type { Row } from "../../../shared/storage/table.ts";
import { closedPort } from "../../support/closed-port.ts";
import { startFanoutBus, type FanoutBus } from "../../support/fanout-bus.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { command, linesOf } from "./operator.ts";

let broker: FanoutBus;
let tables: TablesUnderTest;
let dataDir: string;
let secrets: Secrets;
let url: string;
let jwks: object;

/** What a test changes of the service and the issuer, which are one server here. */
type Service = {
  live: number;
  build: unknown;
  ready: number;
  checks: object;
  vapid: string;
  issuer: string;
  aheadMs: number;
};
let service: Service;
const healthy = (): Service => ({
  live: 200,
  build: { status: "live" },
  ready: 200,
  checks: { tables: "ok", serviceBus: "ok" },
  vapid: secrets.vapid.publicKey,
  issuer: url,
  aheadMs: 0,
});

const answer: RequestListener = ({ url: path }, response) => {
  const answers: Readonly<Record<string, readonly [number, unknown]>> = {
    "/health/live": [service.live, service.build],
    "/health/ready": [service.ready, { checks: service.checks }],
    "/v1.0/me/notifications/vapidPublicKey": [200, { publicKey: service.vapid }],
    "/.well-known/openid-configuration": [200, { issuer: service.issuer, jwks_uri: `${url}/keys` }],
    "/keys": [200, jwks],
  };
  const [status, body] = answers[path ?? ""] ?? [404, {}];
  response.writeHead(status, { date: new Date(Date.now() + service.aheadMs).toUTCString() }).end(JSON.stringify(body));
};
const server = createServer((request, response) => answer(request, response));

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "fanfare-doctor-"));
  const listening = new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { publicKey } = await generateKeyPair("ES256");
  jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256" }] };
  [broker, tables, secrets] = await Promise.all([startFanoutBus(), startTablesUnderTest(), secretsIn(dataDir)]);
  await Promise.all([vendorAccountsIn(dataDir), listening]);
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeStack(tables.connectionString);
  await putApp(tables.tables.apps, { hostName: "app.contoso.com", senders: ["s"], clients: ["c"] });
  const asked = { hostName: "app.contoso.com", name: "canary", expiresAt: Date.now() + 600_000 };
  const use = { tables: tables.tables, dataKeys: dataKeysFrom(secrets.dataKey)!, report: () => undefined };
  await subscribeCanary(use, asked);
});
beforeEach(() => {
  service = healthy();
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await Promise.all([broker.stop(), tables.stop(), rm(dataDir, { recursive: true })]);
});

const writeStack = (tablesConnection: string): Promise<void> => {
  const push = { url: "https://127.0.0.1:9", ca: "" };
  const { connectionString, adminUrl } = broker;
  const stack = {
    ...{ httpUrl: url, issuer: url, audience: "api://fanfare", tables: { connectionString: tablesConnection } },
    ...{ serviceBus: { connectionString, adminUrl }, webpush: push, apns: push, fcm: push, wns: push },
  };
  return writeFile(join(dataDir, "stack.json"), JSON.stringify(stack));
};

const here = () => ({ FANFARE_DATA_DIR: dataDir });

/** What is found of the stack here, with some settings changed. */
const examined = (changes: Readonly<Record<string, string | undefined>> = {}): Promise<readonly Found[]> =>
  connected({ env: here() }, async (connection) => {
    const env = { ...(await localSettings(here())), ...changes };
    const settings = readSettings(env);
    const patient = { connection, env, settings, config: settings.config, isOnline: false };
    return examine(patient, checks, { stop: new AbortController().signal });
  });
const amiss = (found: readonly Found[]) => found.filter(({ verdict }) => verdict !== "ok");
const blamed = (found: readonly Found[]) =>
  amiss(found).flatMap(({ check, verdict, sentence }) => (verdict === "unknown" ? [] : [`${check}: ${sentence}`]));
/** Only this is amiss, and there is a cure. */
const expectOnly = (found: readonly Found[], check: string, verdict: string, sentence: RegExp): void => {
  const cure = expect.stringMatching(/\w/);
  expect(amiss(found)).toEqual([{ check, verdict, sentence: expect.stringMatching(sentence), cure }]);
};

test("a healthy stack is all ok, exit code 0; and nothing that is told holds a secret", async () => {
  const told = await command(["doctor"], { env: here() });
  expect(told).toMatchObject({ code: 0, stderr: "" });
  expect(told.stdout).toMatch(/^\d+ ok, 0 warnings, 0 wrong, 0 not checked\.$/m);
  const { stdout } = await command(["doctor", "--json"], { env: here() });
  const [document] = linesOf(stdout);
  expect(document).toMatchObject({ ok: true });
  expect((document?.findings as Found[]).map(({ verdict }) => verdict)).not.toContain("unknown");
  const accounts = await vendorAccountsIn(dataDir);
  const hidden = [secrets.dataKey.slice(3), secrets.vapid.privateKey, secrets.serviceBusKey, secrets.tablesKey];
  for (const secret of [...hidden, accounts.wns.clientSecret, accounts.apns.privateKey.split("\n")[1]!]) {
    expect(told.stdout + stdout).not.toContain(secret);
  }
});

test("something wrong is exit code 1, and told with its cure", async () => {
  service = { ...service, ready: 503, checks: { tables: "ok", serviceBus: "failing" } };
  const told = await command(["doctor"], { env: here() });
  expect(told).toMatchObject({ code: 1, stderr: "One thing is wrong.\n" });
  expect(told.stdout).toMatch(
    /^WRONG +service +127\.0\.0\.1:\d+ is live and not ready: it cannot use serviceBus\.\n +→ see /m,
  );
});

test.each([
  [{ version: "0.1.0", commit: "8219a4d05ad0".padEnd(40, "f") }, "live and ready: version 0.1.0, commit 8219a4d05ad0."],
  [{ version: "0.1.0" }, "live and ready: version 0.1.0."],
  [{ version: "0.1.0", commit: "main\u001b[2J" }, "live and ready: version 0.1.0."],
  [{ version: "\u001b[2J<script>" }, "live and ready."],
  ["live", "live and ready."],
])("the service tells its build, and one that tells none, or anything else, is as well: %j", async (build, told) => {
  service = { ...service, build };
  const found = await examined();
  expect(found.find(({ check }) => check === "service")).toMatchObject({
    verdict: "ok",
    sentence: expect.stringContaining(told),
  });
});

const otherKey = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
test.each([
  [{ DATA_KEYS: otherKey }, "data keys", "wrong", /^DATA_KEYS is not the service's/],
  [{ APNS_CREDENTIAL_DEFAULT: "hunter2" }, "credentials", "wrong", /^APNS_CREDENTIAL_DEFAULT must be JSON: [^]*[^2]$/],
  [{ FCM_CREDENTIAL_SECOND: "{}" }, "credentials", "wrong", /^FCM_CREDENTIAL_SECOND must be the JSON file/],
  [{ CORS_ALLOWED_ORIGINS: "*" }, "CORS", "warning", /allows every page/],
  [{ CORS_ALLOWED_ORIGINS: "http://app.contoso.com" }, "CORS", "warning", /without https: http:\/\/app\.contoso\.com/],
])("with the settings %j, %s is found %s, and nothing else", async (changes, check, verdict, sentence) => {
  expectOnly(await examined(changes), check, verdict, sentence);
});

test("settings the app would not start with are told by name; what needs them is not blamed", async () => {
  const found = await examined({ VAPID_SUBJECT: undefined, BACKLOG_LIMIT: "hunter2" });
  expect(blamed(found)).toEqual([
    "settings: VAPID_SUBJECT is required.",
    "settings: BACKLOG_LIMIT must be a whole number from 1 to 1000000000.",
  ]);
  const unlooked = ["issuers", "data keys", "VAPID", "credentials", "CORS"];
  expect(amiss(found).flatMap(({ check, verdict }) => (verdict === "unknown" ? check : []))).toEqual(unlooked);
});

test("Key Vault references are said not to be looked at, and are no faults", async () => {
  const reference = "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)";
  const names = ["DATA_KEYS", "VAPID_PRIVATE_KEY", "APNS_CREDENTIAL_DEFAULT"];
  const found = await examined(Object.fromEntries(names.map((name) => [name, reference])));
  expect(blamed(found)).toEqual([]);
  expect(found.find(({ check, verdict }) => check === "settings" && verdict === "unknown")?.sentence).toMatch(
    /DATA_KEYS.*VAPID_PRIVATE_KEY.*APNS_CREDENTIAL_DEFAULT|APNS_CREDENTIAL_DEFAULT/,
  );
});

test("an issuer that is away, or whose metadata is another's, is named with the reason", async () => {
  const away = `http://127.0.0.1:${await closedPort()}`;
  expectOnly(
    await examined({ TOKEN_ISSUERS: away }),
    "issuers",
    "wrong",
    new RegExp(`^The keys of ${away} cannot be had: it cannot be reached`),
  );
  service = { ...service, issuer: "https://another.example" };
  expectOnly(await examined(), "issuers", "wrong", /The discovery document is another issuer's\.$/);
});

test("a service that gives browsers another VAPID key, does not live, or whose clock is off, is found so", async () => {
  service = { ...service, vapid: "B" };
  expectOnly(await examined(), "VAPID", "wrong", /another public key/);
  service = { ...healthy(), live: 404, ready: 404 };
  expectOnly(await examined(), "service", "wrong", /answers GET \/health\/live with 404\.$/);
  service = { ...healthy(), aheadMs: 600_000 };
  expectOnly(await examined(), "clock", "wrong", /the service is (599|600) s ahead of this machine/);
});

test("registrations that cannot be read, or name a credential that is not set, are told by app", async () => {
  const { apps } = tables.tables;
  await putApp(apps, { hostName: "b.contoso.com", senders: [], clients: [], credentials: { wns: "other" } });
  expectOnly(
    await examined(),
    "apps",
    "wrong",
    /^b\.contoso\.com is registered with the wns credential other, and WNS_CREDENTIAL_OTHER is not set/,
  );
  const row: Row = { partitionKey: "b.contoso.com", rowKey: "app", definition: "{" };
  await apps.write({ kind: "put", row });
  expectOnly(await examined(), "apps", "wrong", /^The registration of b\.contoso\.com cannot be read/);
  await apps.write({ kind: "delete", partitionKey: "b.contoso.com", rowKey: "app" });
});

test("a bus that is away is blamed on the queue alone, and the rest is looked at", async () => {
  await broker.crash();
  const found = await examined();
  await broker.restart();
  await writeStack(tables.connectionString); // its administration is elsewhere now
  expectOnly(found, "queue", "wrong", /^Service Bus is throttled or unreachable/);
});

test("tables that are away are blamed on the tables alone; what lies in them could not be checked", async () => {
  await writeStack(tables.connectionStringAt(await closedPort()));
  const found = await examined();
  await writeStack(tables.connectionString);
  expect(blamed(found)).toEqual([expect.stringMatching(/^tables: Table storage is throttled or unreachable/)]);
  expect(amiss(found).map(({ check }) => check)).toEqual(["tables", "data keys", "apps"]);
});

test("a table that is missing is named, with what makes it", async () => {
  const client = TableClient.fromConnectionString(tables.connectionString, "throttles", {
    allowInsecureConnection: true,
  });
  await client.deleteTable();
  expectOnly(await examined(), "tables", "wrong", /^There is no table throttles\.$/);
  await client.createTable();
});

test("a check that hangs or throws holds no other, and what it threw is told without a secret", async () => {
  const hanging: Check = { name: "hanging", look: () => new Promise(() => undefined) };
  const throwing: Check = {
    name: "throwing",
    look: () => Promise.reject(new Error("SharedAccessKey=hunter2hunter2=")),
  };
  const fine: Check = { name: "fine", look: () => Promise.resolve([{ verdict: "ok", sentence: "Well." }]) };
  await connected({ env: here() }, async (connection) => {
    const patient = { connection, env: {}, settings: readSettings({}), config: undefined, isOnline: false };
    const stop = new AbortController();
    const found = await examine(patient, [hanging, throwing, fine], { stop: stop.signal, withinMs: 50 });
    expect(found.map(({ check, verdict }) => [check, verdict])).toEqual([
      ["hanging", "unknown"],
      ["throwing", "unknown"],
      ["fine", "ok"],
    ]);
    expect(JSON.stringify(found)).not.toContain("hunter2");
    const waiting = examine(patient, [hanging], { stop: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toThrow();
  });
});

test.each([
  [
    "az's list",
    (all: [string, string][]) => JSON.stringify(all.map(([name, value]) => ({ name, value, slotSetting: false }))),
  ],
  ["an object", (all: [string, string][]) => JSON.stringify(Object.fromEntries(all))],
])(
  "--settings takes %s, and looks at the Fanfare it names; a fault in it is told without its value",
  async (_, written) => {
    const { connectionString, adminUrl } = broker;
    const all = { ...(await localSettings(here())), DATA_KEYS: "hunter2" };
    const path = join(dataDir, "settings.json");
    await writeFile(
      path,
      written(Object.entries({ ...all, ServiceBusConnection: connectionString, SERVICEBUS_ADMIN_URL: adminUrl })),
    );
    const told = await command(["doctor", "--settings", path, "--json"], { env: {} });
    expect(told.code).toBe(1);
    expect(told.stdout).toContain("DATA_KEYS must be one or more id:key pairs");
    expect(told.stdout).not.toContain("hunter2");
  },
);

test("settings that name no Fanfare are told as that, and not about the stack that runs here", async () => {
  const path = join(dataDir, "nameless.json");
  await writeFile(path, `\uFEFF${JSON.stringify({ PUBLIC_URL: "https://fanfare.contoso.com", DATA_KEYS: "hunter2" })}`);
  const told = await command(["doctor", "--settings", path], { env: here() });
  expect(told.code).toBe(1);
  expect(told.stdout).toContain("TablesConnection or TablesConnection__endpoint is required");
  expect(told.stdout).not.toContain(dataDir);
});

test("a connection string that is none, and a URL that is none, are wrong and not merely unknown; they are not quoted", async () => {
  const env = { TablesConnection: "hunter2", ServiceBusConnection: "hunter2", PUBLIC_URL: "hunter2" };
  const told = await command(["doctor", "--json"], { env });
  expect(told).toMatchObject({ code: 1, stderr: "3 things are wrong.\n" });
  const wrongs = (linesOf(told.stdout)[0]?.findings as Found[]).filter(({ verdict }) => verdict === "wrong");
  expect(wrongs.map(({ check, sentence }) => `${check}: ${sentence}`)).toEqual([
    "service: PUBLIC_URL is no http(s) URL.",
    "tables: TablesConnection is not a connection string of that service.",
    "queue: ServiceBusConnection is not a connection string of that service.",
  ]);
  expect(told.stdout).not.toContain("hunter2");
});

test.each(["", "{", "[1]"])("a file of settings that is %j is wrong usage, and is not quoted", async (text) => {
  const path = join(dataDir, "wrong.json");
  await writeFile(path, text);
  const told = await command(["doctor", "--settings", path], { env: here() });
  expect(told).toMatchObject({
    code: 64,
    stdout: "",
    stderr: expect.stringMatching(/^--settings takes the app's settings/),
  });
});
