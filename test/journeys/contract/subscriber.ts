import { beforeAll, beforeEach, expect } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import type { LocalStack } from "../../support/stack.ts";
import type { Answer, Caller, Person, Sent } from "./caller.ts";
import type { ContractStack } from "./contract-stack.ts";

// Who imports these sees what the hooks below gave them.
export let stack: LocalStack;
export let caller: Caller;
export let anyone: Person;
/** A virtual browser that a case may subscribe as it likes. */
export let browser: NewDevice;
export const path = "notifications/subscriptions";

export const channels = {
  Windows: { uri: "https://db5p.notify.windows.com/?token=AwYAAADx" },
  Android: { token: "fcm-token:APA91b", packageName: "com.contoso.app" },
  iOS: { token: "a".repeat(64), bundleId: "com.contoso.app", environment: "production" },
};
export const webPush = () => ({ ...channels, WebPush: browser.channel });

export const subscribe = (more: Readonly<Record<string, unknown>>, sent: Sent = {}): Promise<Answer> =>
  caller.ask("POST", path, {
    token: anyone.token,
    ...sent,
    body: {
      ...{ targetHostName: "graphnotifications.sample.windows.com", platformType: "WebPush" },
      ...{ deviceId: crypto.randomUUID(), channel: browser.channel, ...more },
    },
  });
export const list = async (token = anyone.token): Promise<Record<string, unknown>[]> => {
  const answer = await caller.ask("GET", path, { token });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.value as Record<string, unknown>[];
};
export const expectDays = (text: unknown, days: number): void => {
  const left = (Date.parse(String(text)) - Date.now()) / 86_400_000;
  expect(Math.abs(left - days)).toBeLessThan(0.001);
};

export const members = [
  ...["id", "userNotificationSubscriptionId", "expirationDateTime", "targetHostName", "platformType", "deviceId"],
  ...["displayName", "notificationType"],
];

/** For the cases of the `describe` that calls it: each has a user and a browser of its own. */
export const newBrowserForEach = (shared: () => ContractStack): void => {
  beforeAll(() => {
    ({ stack, caller } = shared());
  });
  beforeEach(async () => {
    [anyone, browser] = await Promise.all([caller.person(), stack.push.createDevice()]);
  });
};
