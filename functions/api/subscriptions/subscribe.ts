import type { AppRegistry } from "../../../shared/auth/app-registry.ts";
import { clientUser } from "../../../shared/auth/authorise.ts";
import { milliseconds, type Clock } from "../../../shared/clock.ts";
import { parseSubscription, requireRegistered } from "../../../shared/subscription/parse-subscription.ts";
import type { PushHosts } from "../../../shared/subscription/push-hosts.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import { readJson } from "../body.ts";
import { identify, type Identifying, type Operation } from "../call.ts";
import { shown, type Showing } from "./shown.ts";

type Uses = Identifying &
  Showing & {
    readonly apps: Pick<AppRegistry, "find">;
    readonly subscriptions: Pick<Subscriptions, "subscribe">;
    readonly pushHosts: PushHosts;
    readonly clock: Clock;
    readonly subscriptionDays: number;
  };

/**
 * `POST BASE/me/notifications/subscriptions`: subscribes a device of the signed-in user, or renews it (contract 3). An X-UNS-ID is
 * not looked at, here and in the other operations on subscriptions: a client whose own has ended must be able to subscribe anew.
 */
export const subscribe =
  (use: Uses): Operation =>
  async ({ request, base }) => {
    const caller = await identify(use, request);
    const now = use.clock.now();
    const { pushHosts, vapidKeys } = use;
    const draft = parseSubscription(await readJson(request), { pushHosts, vapidKeys, now });
    const app = await use.apps.find(draft.targetHostName);
    const { user } = clientUser(caller, app);
    if (app) requireRegistered(draft, app);

    // A subscription never outlives its channel.
    const expiresAt = Math.min(now + use.subscriptionDays * milliseconds.day, draft.channelExpiresAt ?? Infinity);
    const { subscription, unsid, isNew } = await use.subscriptions.subscribe(user, draft, expiresAt);
    const { id, ...rest } = shown(use, draft.targetHostName, subscription);
    return {
      status: isNew ? 201 : 200,
      headers: { Location: `${base}/me/notifications/subscriptions/${id}` },
      body: { id, userNotificationSubscriptionId: unsid, ...rest },
    };
  };
