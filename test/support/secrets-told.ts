import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { secretsIn } from "../../infra/local/secrets.ts";
import { vendorAccountsIn } from "../../infra/local/vendor-accounts.ts";
import type { LocalStack } from "./stack.ts";

/**
 * Which secrets of a stack that keeps its state its output tells, by name: keys, passwords, and all that was handed out
 * (tokens, UNSIDs, endpoints, device keys); as they are, or as a URL or base64 would carry them.
 */
export const secretsTold = async (stack: LocalStack): Promise<string[]> => (await secretsFinder(stack))(stack.output());

/** The same for any other text, also one that comes when the stack and its state are gone. */
export const secretsFinder = async (stack: LocalStack): Promise<(text: string) => string[]> => {
  const secrets = await secretsOf(stack);
  return (text) =>
    Object.entries(secrets).flatMap(([name, secret]) =>
      formsOf(secret).some((form) => text.includes(form)) ? [name] : [],
    );
};

const secretsOf = async ({ dataDir, stateDir, issued }: LocalStack): Promise<Record<string, string>> => {
  // Where there are none, new ones would be made, which nothing tells.
  await access(join(stateDir, "secrets.json"));
  const { serviceBusKey, tablesKey, vapid, dataKey, userPassword, apps } = await secretsIn(stateDir);
  const { apns, fcm, wns } = await vendorAccountsIn(stateDir);
  // The identity of an ephemeral stack has its keys in memory alone.
  const isKept = stateDir === dataDir;
  const ofIdentity = isKept ? await readFile(join(stateDir, "identity/signing-keys.json"), "utf8") : "[]";
  const signingKeys = JSON.stringify(JSON.parse(ofIdentity));
  return {
    serviceBusKey,
    tablesKey,
    vapidPrivateKey: vapid.privateKey,
    dataKey: dataKey.slice(dataKey.indexOf(":") + 1),
    userPassword,
    apnsKey: middleOf(apns.privateKey),
    fcmKey: middleOf(fcm.privateKey),
    wnsSecret: wns.clientSecret,
    ...Object.fromEntries(apps.map(({ hostName, clientSecret }) => [`client secret of ${hostName}`, clientSecret])),
    ...Object.fromEntries(
      [...signingKeys.matchAll(/"d":"([\w-]+)"/g)].map(([, d = ""], index) => [`signing key ${index}`, d]),
    ),
    ...Object.fromEntries(issued().map((secret, index) => [`issued ${index} (${secret.length} characters)`, secret])),
  };
};

/** A line of a PEM: line ends are printed in many ways. */
const middleOf = (pem: string): string => pem.split("\n")[1] ?? pem;

const formsOf = (secret: string): string[] =>
  [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64").replace(/=+$/, "")].map(beginningOf);

/** As much of a text as is told of it where it is told: telemetry cuts a long one off, at 200 characters. */
export const beginningOf = (text: string): string => text.slice(0, 100);
