import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { parseEnv } from "node:util";
import * as z from "zod";
import { appEnvironment } from "../../local/supervisor/app-environment.ts";
import { ofLocal } from "../app-settings.ts";
import { exitCodes, Failed } from "../failed.ts";
import type { Environment } from "../surroundings.ts";

const valueSchema = z.union([z.string(), z.null()]).optional();
const formsSchema = z.union([
  /** `az functionapp config appsettings list -o json` */
  z
    .array(z.object({ name: z.string(), value: valueSchema }))
    .transform((list) => Object.fromEntries(list.map(({ name, value }) => [name, value ?? undefined]))),
  /** local.settings.json */
  z.object({ Values: z.record(z.string(), z.string()) }).transform(({ Values }): Environment => Values),
  z.record(z.string(), z.string()),
]);

/**
 * The app's settings in a file, or for `-` on stdin: as `az functionapp config appsettings list -o json` tells them, as an object, as
 * local.settings.json, or as lines NAME="value". Throws `Failed`, which quotes nothing of it.
 */
export const settingsIn = async (path: string): Promise<Environment> => {
  const given = await (path === "-" ? text(process.stdin) : readFile(path, "utf8")).catch((cause: unknown) => {
    throw new Failed(`${path === "-" ? "stdin" : path} cannot be read.`, exitCodes.usage, { cause });
  });
  const plain = given.replace(/^\uFEFF/, ""); // PowerShell writes it in front
  const read = /^\s*[[{]/.test(plain) ? ofJson(plain) : parseEnv(plain);
  if (read !== undefined && Object.keys(read).length > 0) return read;
  throw new Failed(
    "--settings takes the app's settings as az functionapp config appsettings list -o json tells them, or lines NAME=value.",
    exitCodes.usage,
  );
};

const ofJson = (given: string): Environment | undefined => {
  try {
    return formsSchema.safeParse(JSON.parse(given)).data;
  } catch {
    return undefined;
  }
};

const urlSchema = z.object({ url: z.string(), ca: z.string() });
const stackSchema = z.object({
  httpUrl: z.string(),
  issuer: z.string(),
  audience: z.string(),
  serviceBus: z.object({ connectionString: z.string(), adminUrl: z.string().optional() }),
  tables: z.object({ connectionString: z.string() }),
  webpush: urlSchema,
  apns: urlSchema,
  fcm: urlSchema,
  wns: urlSchema,
});
const secretsSchema = z.object({
  dataKey: z.string(),
  vapid: z.object({ publicKey: z.string(), privateKey: z.string() }),
});
const word = z.string();
const accountsSchema = z.object({
  apns: z.object({ teamId: word, keyId: word, privateKey: word }),
  fcm: z.object({ projectId: word, clientEmail: word, privateKeyId: word, privateKey: word }),
  wns: z.object({ tenantId: word, clientId: word, packageSid: word, clientSecret: word }),
});

/** What the local stack gives its app where the shell that started it says nothing else. Throws `Failed`, which quotes nothing. */
export const localSettings = async (env: Environment): Promise<Environment> => {
  const [stack, secrets, vendorAccounts] = await Promise.all([
    ofLocal(env, "stack.json", stackSchema),
    ofLocal(env, "secrets.json", secretsSchema),
    ofLocal(env, "vendor-accounts.json", accountsSchema),
  ]);
  const { webpush, apns, fcm, wns, serviceBus } = stack;
  return appEnvironment({
    secrets,
    vendorAccounts,
    publicUrl: stack.httpUrl,
    issuer: stack.issuer,
    audience: stack.audience,
    serviceBusConnection: serviceBus.connectionString,
    ...(serviceBus.adminUrl !== undefined && { serviceBusAdminUrl: serviceBus.adminUrl }),
    tablesConnection: stack.tables.connectionString,
    pushHosts: [webpush, apns, fcm, wns].map(({ url }) => new URL(url).host),
    pushAuthorities: [webpush, apns, fcm, wns].map(({ ca }) => ca),
    vendors: { apns: apns.url, fcm: fcm.url, wns: wns.url },
  });
};
