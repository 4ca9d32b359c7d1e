import { subscriptionIdFrom } from "../../../shared/subscription/subscription.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import { identify, type Identifying, type Operation } from "../call.ts";
import { reachableFeeds, type Reaching } from "./reachable.ts";

type Uses = Identifying & Reaching & { readonly subscriptions: Pick<Subscriptions, "remove"> };

/**
 * `DELETE BASE/me/notifications/subscriptions/{id}`: the device hears no more, and its UNSID names nobody, at once. A repeat is
 * answered alike, and so is an id that never was: nobody can tell which ids there are.
 */
export const deleteSubscription =
  (use: Uses): Operation =>
  async ({ request, params }) => {
    const feeds = await reachableFeeds(use, await identify(use, request));
    const id = subscriptionIdFrom(params.id ?? "");
    if (id !== undefined) await Promise.all(feeds.map(({ feed }) => use.subscriptions.remove(feed, id)));
    return { status: 204 };
  };
