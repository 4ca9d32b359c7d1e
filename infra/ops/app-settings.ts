import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { readDataKeys, type DataKey } from "../../shared/data-keys.ts";
import { knownPushHosts, type PushHosts } from "../../shared/subscription/push-hosts.ts";
import { dataDir } from "../local/settings.ts";
import { isNamed } from "./access.ts";
import { Failed } from "./failed.ts";
import type { Environment } from "./surroundings.ts";

const secretsSchema = z.object({ dataKey: z.string() });
const urlSchema = z.object({ url: z.string() });
const stackSchema = z.object({ webpush: urlSchema, wns: urlSchema });

/**
 * The keys that encrypt what the Fanfare in question keeps: the setting DATA_KEYS where the environment has it, else, of the local stack,
 * its own. Throws `Failed`, without quoting anything, when it is missing or is no list of keys.
 */
export const dataKeysOf = async (env: Environment): Promise<[DataKey, ...DataKey[]]> => {
  const { DATA_KEYS: set } = withoutEmpty(env);
  const text = set ?? (isNamed(env) ? undefined : (await ofLocal(env, "secrets.json", secretsSchema)).dataKey);
  if (text === undefined) {
    throw new Failed(
      "DATA_KEYS is not set, and this command writes what the service must be able to open: give it the service's own value.",
    );
  }
  const read = readDataKeys(text);
  if (read.kind === "read") return read.keys;
  throw new Failed(
    `DATA_KEYS is not what the service takes: id:key pairs, comma-separated, 32 bytes in base64 each; ${read.fault}.`,
  );
};

/** By what rules the Fanfare in question takes subscriptions. */
export type SubscribingRules = {
  readonly pushHosts: PushHosts;
  readonly subscriptionDays: number;
  readonly perFeed: number;
};

/** The same settings as the app's, with its defaults. Throws `Failed` for a number that is none. */
export const subscribingRulesOf = async (env: Environment): Promise<SubscribingRules> => ({
  pushHosts: {
    allowed: env.PUSH_HOSTS_ALLOWED === undefined ? knownPushHosts : listOf(env.PUSH_HOSTS_ALLOWED),
    extra: isNamed(env) ? [] : await localPushHosts(env),
  },
  subscriptionDays: wholeNumber(env, "SUBSCRIPTION_DAYS", { standard: 30, most: 365 }),
  perFeed: wholeNumber(env, "SUBSCRIPTIONS_PER_FEED", { standard: 50, most: 1_000 }),
});

/** What is left empty is not set. */
const withoutEmpty = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));

const listOf = (text: string): string[] => text.split(",").flatMap((part) => part.trim() || []);

const wholeNumber = (
  env: Environment,
  name: string,
  { standard, most }: { standard: number; most: number },
): number => {
  const value = Number(withoutEmpty(env)[name] ?? standard);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new Failed(`${name} must be a whole number from 1 to ${most}.`);
};

/** Where the push services of the local stack are, which it allows beside the real ones. */
const localPushHosts = async (env: Environment): Promise<string[]> => {
  const { webpush, wns } = await ofLocal(env, "stack.json", stackSchema);
  return [webpush, wns].map(({ url }) => new URL(url).host);
};

const stateSchema = z.object({ stateDir: z.string().optional() });

/**
 * A file of the local stack's: stack.json, or one that it keeps with its state, which is elsewhere when nothing is to outlive it. Throws
 * `Failed` when it is not there or damaged; the files hold keys, which the errors of parsers would quote.
 */
export const ofLocal = async <T>(env: Environment, name: string, schema: z.ZodType<T>): Promise<T> => {
  const { stateDir } = name === "stack.json" ? {} : await ofLocal(env, "stack.json", stateSchema);
  const path = join(stateDir ?? dataDir(env), name);
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    throw new Failed(`${path} is missing or damaged: start the local stack anew.`);
  }
};
