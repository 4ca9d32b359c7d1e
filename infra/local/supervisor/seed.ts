import { z } from "zod";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { createTables, openTables } from "../../../shared/storage/azure.table.ts";
import { pushControl } from "../push/control-client.ts";
import { seededUser, type Stack } from "./stack.ts";

/** A virtual device that is subscribed, as stack.json lists it. The UNSID is a secret. */
export type SeededDevice = { readonly name: string; readonly platformType: string; readonly unsid: string };

const deviceName = "Browser";

/** Creates the tables that are missing and registers the apps: each one's client id may send and subscribe. Repeating it changes nothing. */
export const seedApps = async ({ tables, secrets }: Stack): Promise<void> => {
  const access = { kind: "connection-string", connectionString: tables.connectionString } as const;
  await createTables(access);
  const { apps } = openTables(access);
  await Promise.all(
    secrets.apps.map(({ hostName, clientId, blocked = false }) =>
      putApp(apps, { hostName, senders: [clientId], clients: [clientId], blocked }),
    ),
  );
};

/**
 * One virtual browser of the seeded user, made at first start and subscribed to the first app, at every start through the
 * service's own API, which keeps its UNSID and renews the rest. Throws, with the status, when the service refuses.
 */
export const seedDevices = async (
  stack: Stack,
  vapidPublicKey: string | undefined,
): Promise<readonly SeededDevice[]> => {
  const control = pushControl(stack.webpush.controlUrl);
  const [devices, token] = await Promise.all([control.devices(), userToken(stack)]);
  const device =
    devices.find(({ name }) => name === deviceName) ??
    (await control.createDevice({ name: deviceName, ...(vapidPublicKey && { applicationServerKey: vapidPublicKey }) }));
  const { userNotificationSubscriptionId: unsid } = await answerOf(
    `${stack.httpUrl}/beta/me/notifications/subscriptions`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        targetHostName: stack.secrets.apps[0]?.hostName,
        platformType: device.platformType,
        deviceId: device.deviceId,
        displayName: device.name,
        channel: device.channel,
      }),
    },
    z.object({ userNotificationSubscriptionId: z.string() }),
  );
  return [{ name: device.name, platformType: device.platformType, unsid }];
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
