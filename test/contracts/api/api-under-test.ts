import type { Answered, AppInProcess } from "../../support/app-in-process.ts";
import { newChannel, type Backends } from "../../support/backends.ts";

export const sampleHost = "graphnotifications.sample.windows.com";
export const postPath = "/beta/me/notifications/";
export const subscribePath = "/beta/me/notifications/subscriptions";

/** A notification that every rule accepts. */
export const notification = (more: Readonly<Record<string, unknown>> = {}) => ({
  targetHostName: sampleHost,
  appNotificationId: crypto.randomUUID(),
  payload: { rawContent: "hello" },
  ...more,
});

type Posting = { readonly unsid?: string; readonly headers?: Readonly<Record<string, string>> };

/** Posts it; without an `Authorization` among the headers it goes out without a token. */
export const post = (app: AppInProcess, body: unknown, { unsid, headers = {} }: Posting = {}): Promise<Answered> =>
  app.ask("POST", postPath, {
    headers: { "content-type": "application/json", ...(unsid !== undefined && { "x-uns-id": unsid }), ...headers },
    body,
  });

type Device = { readonly deviceId?: string; readonly channel?: unknown; readonly targetHostName?: string };

/** Subscribes a browser. */
export const subscribe = (app: AppInProcess, authorization: string, device: Device = {}): Promise<Answered> =>
  app.ask("POST", subscribePath, {
    headers: { "content-type": "application/json", authorization },
    body: {
      targetHostName: sampleHost,
      platformType: "WebPush",
      deviceId: crypto.randomUUID(),
      displayName: "Edge on laptop",
      channel: newChannel(),
      ...device,
    },
  });

/** What subscribing is answered with, in the contract's order. */
export const subscriptionMembers = [
  ...["id", "userNotificationSubscriptionId", "expirationDateTime"],
  ...["targetHostName", "platformType", "deviceId", "displayName", "notificationType"],
];

/** The UNSID of a user's browser, subscribed to the example's app. */
export const unsidOf = async (app: AppInProcess, backends: Backends, user: string): Promise<string> => {
  const answer = await subscribe(app, await backends.authorization(backends.apps.sample, user));
  if (answer.status >= 300) throw new Error(`Subscribing was answered ${answer.status}: ${answer.text}`);
  return answer.json.userNotificationSubscriptionId as string;
};
