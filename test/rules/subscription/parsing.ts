import type { Problem } from "../../../shared/problem.ts";
import { parseSubscription } from "../../../shared/subscription/parse-subscription.ts";
import { knownPushHosts } from "../../../shared/subscription/push-hosts.ts";
import { problemWith } from "../../support/problem-with.ts";
import { browserKeys, now, vapidKeys } from "../samples.ts";

export const circumstances = { pushHosts: { allowed: knownPushHosts, extra: [] }, vapidKeys, now };
export const endpoint = "https://fcm.googleapis.com/fcm/send/abc";

/** A browser's valid body; the arguments replace members of it and of its channel. */
export const bodyWith = (changes: Record<string, unknown> = {}, channel: Record<string, unknown> = {}): unknown => ({
  targetHostName: "App.Contoso.com",
  platformType: "WebPush",
  deviceId: "device",
  channel: { endpoint, keys: browserKeys, ...channel },
  ...changes,
});

export const problemOf = (body: unknown): Problem => problemWith(() => parseSubscription(body, circumstances));
/** What a body is told: `target: message`, in order. */
export const told = (body: unknown): string[] =>
  problemOf(body).details.map(({ target, message }) => `${target}: ${message}`);
