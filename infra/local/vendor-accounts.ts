import { generateKeyPairSync, randomBytes, randomInt } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import { keptOnce } from "./kept-once.ts";

const accountsSchema = z.object({
  apns: z.object({ teamId: z.string(), keyId: z.string(), privateKey: z.string() }),
  fcm: z.object({
    projectId: z.string(),
    clientEmail: z.string(),
    privateKeyId: z.string(),
    privateKey: z.string(),
  }),
  wns: z.object({ tenantId: z.string(), clientId: z.string(), packageSid: z.string(), clientSecret: z.string() }),
});

/**
 * The developer's accounts at the local vendors: the keys by which they know who sends. The same secret serves WNS's new and legacy flow.
 */
export type VendorAccounts = z.infer<typeof accountsSchema>;

/** Reads the accounts of a data directory, or makes them (`keptOnce`): `<data dir>/vendor-accounts.json`. */
export const vendorAccountsIn = (dataDir: string): Promise<VendorAccounts> =>
  keptOnce(join(dataDir, "vendor-accounts.json"), accountsSchema, newVendorAccounts);

const pem = { type: "pkcs8", format: "pem" } as const;

/** Accounts of their own, for vendors that are started without a data directory. */
export const newVendorAccounts = (): VendorAccounts => ({
  apns: newApnsAccount(),
  fcm: newFcmAccount(),
  wns: newWnsAccount(),
});

export const newApnsAccount = (): VendorAccounts["apns"] => ({
  teamId: tenCharacters(),
  keyId: tenCharacters(),
  privateKey: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(pem).toString(),
});

/** Its RSA key takes a twentieth to a third of a second. */
export const newFcmAccount = (): VendorAccounts["fcm"] => ({
  projectId: "fanfare-local",
  clientEmail: "sender@fanfare-local.iam.gserviceaccount.com",
  privateKeyId: randomBytes(20).toString("hex"),
  privateKey: generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export(pem).toString(),
});

export const newWnsAccount = (): VendorAccounts["wns"] => ({
  tenantId: crypto.randomUUID(),
  clientId: crypto.randomUUID(),
  packageSid: `ms-app://s-1-15-2-${Array.from({ length: 7 }, () => randomInt(1, 2 ** 32)).join("-")}`,
  clientSecret: randomBytes(24).toString("base64url"),
});

const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const tenCharacters = (): string => Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join("");

/** The same accounts as the app's settings name them: `APNS_CREDENTIAL_DEFAULT` and so on. */
export const credentialSettingsOf = (
  { apns, fcm, wns }: VendorAccounts,
  fcmTokenUrl: string,
): Readonly<Record<"APNS_CREDENTIAL_DEFAULT" | "FCM_CREDENTIAL_DEFAULT" | "WNS_CREDENTIAL_DEFAULT", string>> => ({
  APNS_CREDENTIAL_DEFAULT: JSON.stringify(apns),
  FCM_CREDENTIAL_DEFAULT: JSON.stringify({
    type: "service_account",
    project_id: fcm.projectId,
    client_email: fcm.clientEmail,
    private_key_id: fcm.privateKeyId,
    private_key: fcm.privateKey,
    token_uri: fcmTokenUrl,
  }),
  WNS_CREDENTIAL_DEFAULT: JSON.stringify({
    tenantId: wns.tenantId,
    clientId: wns.clientId,
    clientSecret: wns.clientSecret,
  }),
});
