import { createECDH, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startIdentity } from "../../infra/local/identity/identity.ts";
import { signingKeys } from "../../infra/local/identity/signing-keys.ts";
import { secretsIn, type Secrets, type SeededApp } from "../../infra/local/secrets.ts";
import { putApp } from "../../shared/auth/app-registry.table.ts";
import { startFanoutBus, type FanoutBus } from "./fanout-bus.ts";
import { oncePerWorker } from "./once-per-worker.ts";
import { startTablesUnderTest, type TablesUnderTest } from "./tables.ts";

/** Everything the app talks to but push services: tables, bus and identity, each for real. */
export type Backends = {
  readonly tables: TablesUnderTest;
  readonly bus: FanoutBus;
  readonly secrets: Secrets;
  /** The seeded apps: the example's, another one, and a blocked one. */
  readonly apps: { readonly sample: SeededApp; readonly other: SeededApp; readonly blocked: SeededApp };
  /** The app's settings, with these changes. */
  readonly settings: (more?: Readonly<Record<string, string>>) => Record<string, string>;
  /** An `Authorization` header: the app's own token, or a user's who signed in to it. */
  readonly authorization: (app: SeededApp, user?: string, more?: Readonly<Record<string, string>>) => Promise<string>;
  readonly stop: () => Promise<void>;
};

export const publicUrl = "http://127.0.0.1:7071";

export const startBackends = async (): Promise<Backends> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-backends-"));
  const secrets = await secretsIn(folder);
  // Its RSA key takes a seventh of a second: those of a worker have the same one.
  const files = { signingKeys: join(folder, "signing-keys.json"), signIns: join(folder, "sign-ins.json") };
  await writeFile(files.signingKeys, JSON.stringify(await oncePerWorker("signing keys", () => signingKeys(undefined))));
  const [tables, bus, identity] = await Promise.all([
    startTablesUnderTest(),
    startFanoutBus(),
    startIdentity({ port: 0, secrets, files }),
  ]);
  for (const { hostName, clientId, blocked = false } of secrets.apps) {
    await putApp(tables.tables.apps, { hostName, senders: [clientId], clients: [clientId], blocked });
  }
  const [sample, other, blocked] = secrets.apps as [SeededApp, SeededApp, SeededApp];

  return {
    tables,
    bus,
    secrets,
    apps: { sample, other, blocked },
    settings: (more = {}) => ({
      PUBLIC_URL: publicUrl,
      ServiceBusConnection: bus.connectionString,
      TablesConnection: tables.connectionString,
      TOKEN_ISSUERS: identity.issuer,
      TOKEN_AUDIENCES: "api://fanfare",
      VAPID_PUBLIC_KEY: secrets.vapid.publicKey,
      VAPID_PRIVATE_KEY: secrets.vapid.privateKey,
      VAPID_SUBJECT: "mailto:operator@contoso.com",
      DATA_KEYS: secrets.dataKey,
      AZURE_FUNCTIONS_ENVIRONMENT: "Development",
      ...more,
    }),
    authorization: async ({ clientId, clientSecret }, user, more = {}) => {
      const grant =
        user === undefined
          ? { grant_type: "client_credentials" }
          : { grant_type: "password", username: user, password: secrets.userPassword };
      const form = { ...grant, client_id: clientId, client_secret: clientSecret, ...more };
      const address = `${identity.issuer}/oauth2/v2.0/token`;
      const answer = await fetch(address, { method: "POST", body: new URLSearchParams(form) });
      const { access_token: token } = (await answer.json()) as { access_token?: string };
      if (token === undefined) throw new Error(`No token was given: ${answer.status}.`);
      return `Bearer ${token}`;
    },
    stop: async () => {
      await Promise.all([tables.stop(), bus.stop(), identity.stop()]);
      await rm(folder, { recursive: true });
    },
  };
};

/** A browser's subscription at a push service of the world, which nobody calls. */
export const newChannel = () => {
  const pair = createECDH("prime256v1");
  return {
    endpoint: `https://fcm.googleapis.com/fcm/send/${randomBytes(12).toString("base64url")}`,
    keys: { p256dh: pair.generateKeys("base64url"), auth: randomBytes(16).toString("base64url") },
  };
};
