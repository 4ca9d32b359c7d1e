import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { secretsIn, type Secrets } from "../../../infra/local/secrets.ts";
import { vendorAccountsIn } from "../../../infra/local/vendor-accounts.ts";
import { connected } from "../../../infra/ops/connect.ts";
import { checks } from "../../../infra/ops/doctor/checks/all.ts";
import { examine, type Found } from "../../../infra/ops/doctor/examine.ts";
import { localSettings } from "../../../infra/ops/doctor/settings-given.file.ts";
import { readSettings } from "../../../infra/ops/doctor/settings.ts";
import { subscribeCanary } from "../../../infra/ops/smoke/canary-user.table.ts";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { dataKeysFrom } from "../../../shared/data-keys.ts";
import { startFanoutBus, type FanoutBus } from "../../support/fanout-bus.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";

// Who imports these sees what the hooks below gave them.
export let broker: FanoutBus;
export let tables: TablesUnderTest;
export let dataDir: string;
export let secrets: Secrets;
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

/** The service is healthy but for these. */
export const serviceIs = (changes: Partial<Service>): void => {
  service = { ...healthy(), ...changes };
};

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

/** One stack, whose service and issuer are played here, for all cases of the file that calls it; each finds it healthy. */
export const oneStackIsExamined = (): void => {
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
  beforeEach(() => serviceIs({}));
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all([broker.stop(), tables.stop(), rm(dataDir, { recursive: true })]);
  });
};

export const writeStack = (tablesConnection: string): Promise<void> => {
  const push = { url: "https://127.0.0.1:9", ca: "" };
  const { connectionString, adminUrl } = broker;
  const stack = {
    ...{ httpUrl: url, issuer: url, audience: "api://fanfare", tables: { connectionString: tablesConnection } },
    ...{ serviceBus: { connectionString, adminUrl }, webpush: push, apns: push, fcm: push, wns: push },
  };
  return writeFile(join(dataDir, "stack.json"), JSON.stringify(stack));
};

export const here = () => ({ FANFARE_DATA_DIR: dataDir });

/** What is found of the stack here, with some settings changed. */
export const examined = (changes: Readonly<Record<string, string | undefined>> = {}): Promise<readonly Found[]> =>
  connected({ env: here() }, async (connection) => {
    const env = { ...(await localSettings(here())), ...changes };
    const settings = readSettings(env);
    const patient = { connection, env, settings, config: settings.config, isOnline: false };
    return examine(patient, checks, { stop: new AbortController().signal });
  });
export const amiss = (found: readonly Found[]) => found.filter(({ verdict }) => verdict !== "ok");
export const blamed = (found: readonly Found[]) =>
  amiss(found).flatMap(({ check, verdict, sentence }) => (verdict === "unknown" ? [] : [`${check}: ${sentence}`]));
/** Only this is amiss, and there is a cure. */
export const expectOnly = (found: readonly Found[], check: string, verdict: string, sentence: RegExp): void => {
  const cure = expect.stringMatching(/\w/);
  expect(amiss(found)).toEqual([{ check, verdict, sentence: expect.stringMatching(sentence), cure }]);
};
