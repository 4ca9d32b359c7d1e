import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { secretsIn, type Secrets } from "../../../infra/local/secrets.ts";
import { ports, type PortName } from "../../../infra/local/settings.ts";
import { vendorAccountsIn, type VendorAccounts } from "../../../infra/local/vendor-accounts.ts";
import { functionsHost, stopOrder } from "../../../infra/local/supervisor/parts.ts";
import { stackOf, type Stack } from "../../../infra/local/supervisor/stack.ts";
import { stackFile } from "../../../infra/local/supervisor/stack-file.ts";
import { summary } from "../../../infra/local/supervisor/summary.ts";

let directory: string;
let secrets: Secrets;
let accounts: VendorAccounts;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "fanfare-stack-"));
  secrets = await secretsIn(directory);
  accounts = await vendorAccountsIn(directory);
  for (const name of ["webpush", "apns", "fcm", "wns"]) {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, "ca.pem"), `the authority of ${name}\n`);
  }
});
afterAll(() => rm(directory, { recursive: true }));

const standard = Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, port.standard])) as Record<
  PortName,
  number
>;
const stack = (env: Record<string, string> = {}): Stack =>
  stackOf({ env, directory, isEphemeral: false, ports: standard, secrets });
const hostEnvironment = async (env: Record<string, string> = {}) =>
  (await functionsHost(stack(env), "/programs")).program.environment;

test("the app is told where everything is, and that this is a laptop", async () => {
  expect(await hostEnvironment()).toMatchObject({
    AZURE_FUNCTIONS_ENVIRONMENT: "Development",
    PUBLIC_URL: "http://127.0.0.1:7071",
    ServiceBusConnection: expect.stringContaining("Endpoint=sb://127.0.0.1:5672;"),
    TablesConnection: expect.stringContaining("TableEndpoint=http://127.0.0.1:10002/fanfare;"),
    TOKEN_ISSUERS: "http://127.0.0.1:7072",
    TOKEN_AUDIENCES: "api://fanfare",
    VAPID_PUBLIC_KEY: secrets.vapid.publicKey,
    VAPID_PRIVATE_KEY: secrets.vapid.privateKey,
    VAPID_SUBJECT: "mailto:operator@fanfare.example",
    DATA_KEYS: secrets.dataKey,
    PUSH_HOSTS_EXTRA: "127.0.0.1:7073,127.0.0.1:7074,127.0.0.1:7075,127.0.0.1:7076",
    PUSH_EXTRA_CA: "the authority of webpush\nthe authority of apns\nthe authority of fcm\nthe authority of wns\n",
    APNS_URL: "https://127.0.0.1:7074",
    APNS_SANDBOX_URL: "https://localhost:7074",
    FCM_URL: "https://127.0.0.1:7075",
    FCM_TOKEN_URL: "https://127.0.0.1:7075/token",
    WNS_TOKEN_URL: "https://127.0.0.1:7076/oauth2/v2.0/token",
    APNS_CREDENTIAL_DEFAULT: expect.stringContaining(accounts.apns.keyId),
    FCM_CREDENTIAL_DEFAULT: expect.stringContaining(accounts.fcm.clientEmail),
    WNS_CREDENTIAL_DEFAULT: expect.stringContaining(accounts.wns.clientSecret),
    FANFARE_HTTP_PORT: "7071",
    FANFARE_DATA_DIR: directory,
  });
});

test("what the user sets himself is passed on, and wins over ours; empty is not set", async () => {
  const environment = await hostEnvironment({
    TOKEN_ISSUERS: "https://login.example",
    RETRY_BASE_SECONDS: "1",
    DATA_KEYS: "",
  });
  expect(environment).toMatchObject({
    TOKEN_ISSUERS: "https://login.example",
    RETRY_BASE_SECONDS: "1",
    DATA_KEYS: secrets.dataKey,
  });
});

test("another Service Bus takes the place of ours, for the app and in stack.json", async () => {
  const env = { SERVICEBUS_CONNECTION: "Endpoint=sb://bus.example;…", SERVICEBUS_ADMIN_URL: "http://bus.example:5300" };
  expect(stack(env).serviceBus).toEqual({
    connectionString: env.SERVICEBUS_CONNECTION,
    adminUrl: env.SERVICEBUS_ADMIN_URL,
    isOurs: false,
  });
  expect((await hostEnvironment(env)).ServiceBusConnection).toBe(env.SERVICEBUS_CONNECTION);
});

test("the summary shows no secret, and where Azurite's limit is", () => {
  const text = summary(stack(), { stackFile: "/data/stack.json", localSettings: undefined });
  const told = [
    secrets.userPassword,
    secrets.tablesKey,
    secrets.serviceBusKey,
    ...secrets.apps.map((app) => app.clientSecret),
    ...[accounts.apns.privateKey, accounts.fcm.privateKey, accounts.wns.clientSecret],
  ];
  for (const secret of told) expect(text).not.toContain(secret);
  expect(text).toContain("Azurite saves every 5 s");
});

test("it ends in time, and in the order in which the parts need each other: host, bus, tables", () => {
  const turnOf = (name: string): number => stopOrder.findIndex(({ names }) => names.includes(name));
  expect(turnOf("functions-host")).toBe(0);
  expect(turnOf("service-bus")).toBeGreaterThan(turnOf("functions-host"));
  expect(turnOf("tables")).toBeGreaterThan(turnOf("service-bus"));
  expect(Math.max(...stopOrder.map(({ killedAfterMs }) => killedAfterMs))).toBeLessThan(5_000);
});

test("stack.json has exactly the members that its readers were promised", async () => {
  const device = { name: "Browser", platformType: "WebPush", unsid: "a UNSID" } as const;
  const credentials = { hostName: expect.any(String), clientId: expect.any(String), clientSecret: expect.any(String) };
  const pushService = (name: string, port: number) => ({
    url: `https://127.0.0.1:${port}`,
    controlUrl: `http://127.0.0.1:${port + 10}`,
    ca: `the authority of ${name}\n`,
  });
  expect(await stackFile(stack(), [device])).toStrictEqual({
    httpUrl: "http://127.0.0.1:7071",
    tokenUrl: "http://127.0.0.1:7072/oauth2/v2.0/token",
    issuer: "http://127.0.0.1:7072",
    audience: "api://fanfare",
    apps: [credentials, credentials, { ...credentials, blocked: true }],
    users: [{ upn: "graphnotify@contoso.com", password: expect.any(String) }],
    webpush: { ...pushService("webpush", 7073), browserUrl: "ws://127.0.0.1:7083/_browsers" },
    apns: pushService("apns", 7074),
    fcm: pushService("fcm", 7075),
    wns: pushService("wns", 7076),
    serviceBus: {
      connectionString: expect.stringContaining("Endpoint=sb://127.0.0.1:5672;"),
      adminUrl: "http://127.0.0.1:5300",
    },
    tables: { connectionString: expect.stringContaining("TableEndpoint=http://127.0.0.1:10002/") },
    devices: [device],
    stateDir: directory,
  });
});
