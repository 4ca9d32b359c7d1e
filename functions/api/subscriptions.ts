import type { AppRegistry } from "../../shared/auth/app-registry.ts";
import { clientUser } from "../../shared/auth/authorise.ts";
import type { Tokens } from "../../shared/auth/tokens.ts";
import { milliseconds, type Clock } from "../../shared/clock.ts";
import { printInstant } from "../../shared/notification/instant.ts";
import { Problem } from "../../shared/problem.ts";
import { parseSubscription } from "../../shared/subscription/parse-subscription.ts";
import type { PushHosts } from "../../shared/subscription/push-hosts.ts";
import type { Subscriptions } from "../../shared/subscription/subscriptions.ts";
import { readJson } from "./body.ts";
import { identify, type Operation } from "./call.ts";

type Uses = {
  readonly tokens: Tokens;
  readonly apps: AppRegistry;
  readonly subscriptions: Pick<Subscriptions, "subscribe">;
  readonly pushHosts: PushHosts;
  readonly clock: Clock;
  readonly subscriptionDays: number;
};

/** `POST BASE/me/notifications/subscriptions`: subscribes a device of the signed-in user, or renews it (contract 3). */
export const subscribe =
  (use: Uses): Operation =>
  async ({ request, base }) => {
    const caller = await identify(use, request);
    const draft = parseSubscription(await readJson(request), use.pushHosts);
    const { user } = clientUser(caller, await use.apps.find(draft.targetHostName));

    const { subscription, unsid, isNew } = await use.subscriptions.subscribe(user, draft, expiryOf(draft, use));
    return {
      status: isNew ? 201 : 200,
      headers: { Location: `${base}/me/notifications/subscriptions/${subscription.id}` },
      body: {
        id: subscription.id,
        userNotificationSubscriptionId: unsid,
        expirationDateTime: printInstant(subscription.expiresAt),
        targetHostName: draft.targetHostName,
        platformType: subscription.platformType,
        deviceId: subscription.deviceId,
        displayName: subscription.displayName,
        notificationType: subscription.notificationType,
      },
    };
  };

/** A subscription never outlives its channel. */
const expiryOf = (draft: { readonly channelExpiresAt: number | null }, use: Uses): number => {
  const now = use.clock.now();
  const expiresAt = Math.min(now + use.subscriptionDays * milliseconds.day, draft.channelExpiresAt ?? Infinity);
  if (expiresAt > now) return expiresAt;
  const fault = { code: "OutOfRange", target: "channel.expirationTime", message: "must not be in the past" };
  throw new Problem("invalid", "The channel has expired already: channel.expirationTime is in the past.", {
    details: [fault],
  });
};
