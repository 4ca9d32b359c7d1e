import * as z from "zod";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { createTables, openTables } from "../../../shared/storage/azure.table.ts";
import { inboxClientId } from "../identity/inbox-client.ts";
import type { Account } from "../push/app/account.ts";
import { pushControl } from "../push/control-client.ts";
import { seededUser } from "../seeded-user.ts";
import type { Stack } from "./stack.ts";

/** A virtual device that is subscribed, as stack.json lists it. The UNSID is a secret. */
export type SeededDevice = { readonly name: string; readonly platformType: string; readonly unsid: string };

/** One virtual device of each platform. README's commands use the first. */
const devicesSeeded = [
  { name: "Browser", at: "webpush" },
  { name: "PC", at: "wns" },
  { name: "iPhone", at: "apns" },
  { name: "Android phone", at: "fcm" },
] as const;
type Seed = (typeof devicesSeeded)[number];

/**
 * Creates the tables that are missing and registers the apps: each one's client id may send and subscribe, and the inbox page is a client
 * of the first. Repeating it changes nothing.
 */
export const seedApps = async ({ tables, secrets }: Stack): Promise<void> => {
  const access = { kind: "connection-string", connectionString: tables.connectionString } as const;
  await createTables(access);
  const { apps } = openTables(access);
  await Promise.all(
    secrets.apps.map(({ hostName, clientId, blocked = false }, index) =>
      putApp(apps, {
        hostName,
        senders: [clientId],
        clients: index === 0 ? [clientId, inboxClientId] : [clientId],
        blocked,
      }),
    ),
  );
};

type Options = {
  /** To which the browser is bound; the push service's own when undefined. */
  readonly vapidPublicKey: string | undefined;
  /** Takes a sentence for each device that cannot be subscribed. */
  readonly say: (sentence: string) => void;
};

/**
 * One virtual device of each platform for the seeded user, made at first start and subscribed to the first app, at every start through the
 * service's own API, which keeps its UNSID and renews the rest; the apps of all but the browser sign in. Resolves to those that are subscribed.
 * Throws when the user gets no token.
 */
export const seedDevices = async (stack: Stack, { vapidPublicKey, say }: Options): Promise<readonly SeededDevice[]> => {
  const token = await userToken(stack);
  const seeded = await Promise.all(
    devicesSeeded.map((seed) =>
      seedDevice(stack, seed, { token, vapidPublicKey }).catch((error: unknown) => {
        say(
          `The virtual device ${seed.name} is not subscribed: ${error instanceof Error ? error.message : String(error)}`,
        );
        return [];
      }),
    ),
  );
  return seeded.flat();
};

const seedDevice = async (
  stack: Stack,
  { name, at }: Seed,
  { token, vapidPublicKey }: Pick<Options, "vapidPublicKey"> & { readonly token: string },
): Promise<readonly SeededDevice[]> => {
  const control = pushControl(stack[at].controlUrl);
  const devices = await control.devices();
  const device =
    devices.find((one) => one.name === name) ??
    devices.find((one) => one.name.startsWith(`${name}-`)) ?? // the first was removed, and its name stays taken
    (await control.createDevice({
      name,
      ...(at === "webpush" && vapidPublicKey && { applicationServerKey: vapidPublicKey }),
    }));
  const { platformType, deviceId, channel } = device;
  const { userNotificationSubscriptionId: unsid } = await answerOf(
    `${stack.httpUrl}/beta/me/notifications/subscriptions`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        targetHostName: stack.secrets.apps[0]?.hostName,
        platformType,
        deviceId,
        displayName: device.name,
        channel,
      }),
    },
    z.object({ userNotificationSubscriptionId: z.string() }),
  );
  // A browser's app is the page, which reads nothing by itself.
  if (at !== "webpush") await control.setAccount(deviceId, accountOf(stack, unsid));
  return [{ name: device.name, platformType, unsid }];
};

const accountOf = ({ httpUrl, tokenUrl, secrets }: Stack, unsid: string): Account => {
  const { hostName: targetHostName = "", clientId = "", clientSecret = "" } = secrets.apps[0] ?? {};
  return {
    httpUrl,
    tokenUrl,
    clientId,
    clientSecret,
    username: seededUser,
    password: secrets.userPassword,
    targetHostName,
    unsid,
  };
};

const userToken = async ({ tokenUrl, secrets }: Stack): Promise<string> => {
  const app = secrets.apps[0];
  const form = {
    grant_type: "password",
    client_id: app?.clientId ?? "",
    client_secret: app?.clientSecret ?? "",
    username: seededUser,
    password: secrets.userPassword,
  };
  const request = { method: "POST", body: new URLSearchParams(form) };
  return (await answerOf(tokenUrl, request, z.object({ access_token: z.string() }))).access_token;
};

const answerWithinMs = 10_000;

const answerOf = async <T>(url: string, request: RequestInit, schema: z.ZodType<T>): Promise<T> => {
  const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(answerWithinMs) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return schema.parse(JSON.parse(text));
};
