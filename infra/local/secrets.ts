import { createECDH, randomBytes } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import { keptOnce } from "./kept-once.ts";

const appSchema = z.object({
  hostName: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  blocked: z.boolean().optional(),
});

const secretsSchema = z.object({
  /** SAS key of the local Service Bus, base64. */
  serviceBusKey: z.string(),
  /** Account key of the local tables, base64. */
  tablesKey: z.string(),
  /** The service's own VAPID key pair, base64url (RFC 8292). */
  vapid: z.object({ publicKey: z.string(), privateKey: z.string() }),
  /** AES-256 key for channels and UNSIDs at rest, as the setting DATA_KEYS wants it: `id:base64`. */
  dataKey: z.string(),
  tenantId: z.string(),
  /** One password for every user of the local identity provider. */
  userPassword: z.string(),
  apps: z.array(appSchema),
});

/** Everything secret the local stack needs, made once at first start and kept in `<data dir>/secrets.json` (mode 0600). */
export type Secrets = z.infer<typeof secretsSchema>;
export type SeededApp = z.infer<typeof appSchema>;

const hostNames = ["graphnotifications.sample.windows.com", "other.contoso.com", "blocked.contoso.com"];

/** Reads the secrets of a data directory, or makes them (`keptOnce`). */
export const secretsIn = (dataDir: string): Promise<Secrets> =>
  keptOnce(join(dataDir, "secrets.json"), secretsSchema, newSecrets);

const newSecrets = (): Secrets => {
  const vapid = createECDH("prime256v1");
  vapid.generateKeys();
  return {
    serviceBusKey: randomBytes(32).toString("base64"),
    tablesKey: randomBytes(64).toString("base64"),
    // ECDH drops leading zero bytes of the private key; RFC 8292 keys have all 32.
    vapid: {
      publicKey: vapid.getPublicKey("base64url"),
      privateKey: Buffer.concat([Buffer.alloc(32), vapid.getPrivateKey()])
        .subarray(-32)
        .toString("base64url"),
    },
    dataKey: `k1:${randomBytes(32).toString("base64")}`,
    tenantId: crypto.randomUUID(),
    userPassword: randomBytes(18).toString("base64url"),
    apps: hostNames.map((hostName) => ({
      hostName,
      clientId: crypto.randomUUID(),
      clientSecret: randomBytes(24).toString("base64url"),
      ...(hostName.startsWith("blocked.") && { blocked: true }),
    })),
  };
};
