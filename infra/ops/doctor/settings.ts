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

/** The settings with the values of references that somebody gives beside them; a value that stands in plain stays. */
export const filled = (settings: Environment, values: Environment): Environment =>
  Object.fromEntries(
    Object.entries(settings).map(([name, text]) => [name, isReference(text) && values[name] ? values[name] : text]),
  );

/**
 * Reads them with the app's own code. A reference counts as a value that is as it must be, and is told as not looked at; what stands beside
 * it in plain is judged all the same.
 */
export const readSettings = (env: Environment): SettingsRead => {
  const references = Object.keys(env).filter((name) => isReference(env[name]));
  const stands = { ...env, ...standIns(references) };
  const isUnpaired = references.some((name) => name.startsWith("VAPID_"));
  const isOfReference = (fault: string): boolean =>
    references.some((name) => fault.startsWith(`${name} `)) || (isUnpaired && fault.includes(" belongs to neither "));
  const faults = read(stands).faults.filter((fault) => !isOfReference(fault));
  const pairs = isUnpaired ? pairsFor(env) : {};
  return { config: faults.length === 0 ? read({ ...stands, ...pairs }).config : undefined, faults, references };
};

const read = (env: Environment): Omit<SettingsRead, "references"> => {
  try {
    return { config: readConfig(env), faults: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const faults = error.message.split("\n").flatMap((line) => /^ {2}- (.+)/.exec(line)?.[1] ?? []);
    return { config: undefined, faults };
  }
};

/** Instead of values that are not here, some of the right form; what has none is left out. */
const standIns = (references: readonly string[]): Environment => {
  const known: Readonly<Record<string, string>> = {
    DATA_KEYS: `reference:${Buffer.alloc(32).toString("base64")}`,
    ServiceBusConnection: "Endpoint=sb://reference;SharedAccessKeyName=reference;SharedAccessKey=reference",
    TablesConnection: "AccountName=reference;AccountKey=reference",
    ...newPair("VAPID"),
    ...newPair("VAPID_PREVIOUS"),
  };
  return Object.fromEntries(references.map((name) => [name, known[name]]));
};

/** Where a key is not here, whole pairs in the place of all: so that the rest can be read. */
const pairsFor = ({ VAPID_PREVIOUS_PUBLIC_KEY: previous }: Environment): Environment => ({
  ...newPair("VAPID"),
  ...(previous ? newPair("VAPID_PREVIOUS") : { VAPID_PREVIOUS_PRIVATE_KEY: undefined }),
});

const newPair = (name: string): Readonly<Record<string, string>> => {
  const pair = createECDH("prime256v1");
  const publicKey = pair.generateKeys("base64url");
  const privateKey = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()])
    .subarray(-32)
    .toString("base64url");
  return { [`${name}_PUBLIC_KEY`]: publicKey, [`${name}_PRIVATE_KEY`]: privateKey };
};
