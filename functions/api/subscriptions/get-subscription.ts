import { Problem } from "../../../shared/problem.ts";
import { subscriptionIdFrom } from "../../../shared/subscription/subscription.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import { identify, type Identifying, type Operation } from "../call.ts";
import { reachableFeeds, type Reaching } from "./reachable.ts";
import { listed, type Showing } from "./shown.ts";

type Uses = Identifying & Reaching & Showing & { readonly subscriptions: Pick<Subscriptions, "find"> };

/** `GET BASE/me/notifications/subscriptions/{id}`: one live subscription of the user, whichever of the calling app's host names it is of. */
export const getSubscription =
  (use: Uses): Operation =>
  async ({ request, params }) => {
    const feeds = await reachableFeeds(use, await identify(use, request));
    const id = subscriptionIdFrom(params.id ?? "");
    if (id === undefined) throw notFound();
    const found = await Promise.all(
      feeds.map(async ({ hostName, feed }) => {
        const subscription = await use.subscriptions.find(feed, id);
        return subscription ? [listed(use, hostName, subscription)] : [];
      }),
    );
    const [body] = found.flat(); // an id names its feed too, so no other has it
    if (!body) throw notFound();
    return { status: 200, body };
  };

const notFound = (): Problem =>
  new Problem("not-found", "There is no such subscription: it is unknown, deleted or expired.");
