import { createECDH } from "node:crypto";
import { ConfigError, readConfig } from "../../../functions/config.ts";
import type { Environment } from "../surroundings.ts";

export type Config = ReturnType<typeof readConfig>;

/** Settings as the app would read them. */
export type SettingsRead = {
  readonly config: Config | undefined;
  /** What the app would say at its start. */
  readonly faults: readonly string[];
  /** Key Vault references, which only the platform resolves: their values are not here. */
  readonly references: readonly string[];
};

/** https://learn.microsoft.com/azure/app-service/app-service-key-vault-references */
const isReference = (text: string | undefined): boolean => /^\s*@Microsoft\.KeyVault\(/i.test(text ?? "");

/** Reads them with the app's own code. A reference counts as a value that is as it must be, and is told as not looked at. */
export const readSettings = (env: Environment): SettingsRead => {
  const references = Object.keys(env).filter((name) => isReference(env[name]));
  try {
    return { config: readConfig({ ...env, ...standIns(references) }), faults: [], references };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const faults = error.message.split("\n").flatMap((line) => /^ {2}- (.+)/.exec(line)?.[1] ?? []);
    return { config: undefined, faults, references };
  }
};

/** Instead of values that are not here, some of the right form; what has none is left out. */
const standIns = (references: readonly string[]): Environment => {
  const known: Record<string, string> = {
    DATA_KEYS: `reference:${Buffer.alloc(32).toString("base64")}`,
    ServiceBusConnection: "Endpoint=sb://reference;SharedAccessKeyName=reference;SharedAccessKey=reference",
    TablesConnection: "AccountName=reference;AccountKey=reference",
  };
  const stands = Object.fromEntries(references.map((name) => [name, known[name]]));
  return {
    ...stands,
    ...(references.includes("VAPID_PRIVATE_KEY") && newPair("VAPID")),
    ...(references.includes("VAPID_PREVIOUS_PRIVATE_KEY") && newPair("VAPID_PREVIOUS")),
  };
};

const newPair = (name: string): Environment => {
  const pair = createECDH("prime256v1");
  const publicKey = pair.generateKeys("base64url");
  const privateKey = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
    .subarray(-32)
    .toString("base64url");
  return { [`${name}_PUBLIC_KEY`]: publicKey, [`${name}_PRIVATE_KEY`]: privateKey };
};
