import type { AppRegistry } from "../../../shared/auth/app-registry.ts";
import { targetUser } from "../../../shared/auth/authorise.ts";
import { adminRole, type Caller } from "../../../shared/auth/caller.ts";
import { deliveryOf } from "../../../shared/delivery/delivery-entity.ts";
import type { Ledgers } from "../../../shared/delivery/ledger.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import type { Feed } from "../../../shared/feed/feed.ts";
import { parseNotificationId } from "../../../shared/notification/notification.ts";
import { Problem } from "../../../shared/problem.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import { heldUnsid, identify, signedIn, type AsUser, type Operation } from "../call.ts";
import { optionsOf } from "../options.ts";
import { notFound, placesOf } from "./place.ts";

type Uses = AsUser & {
  readonly apps: Pick<AppRegistry, "find">;
  readonly subscriptions: Pick<Subscriptions, "of">;
  readonly feed: Pick<Feed, "findAny">;
  readonly ledgers: Pick<Ledgers, "read">;
};

/**
 * `GET BASE/me/notifications/{id}/deliveries`: what became of each delivery of a notification's content, for who bears the role
 * `Notifications.Admin` (contract 4). A user sees their own notifications; an app-only token names the user by X-UNS-ID, as it does to post.
 */
export const readDeliveries =
  (use: Uses): Operation =>
  async ({ request, params }) => {
    const caller = await identify(use, request);
    optionsOf(request, []);
    // Before all else: whoever lacks the role shall not even learn what would be missing beside it.
    if (!caller.roles.includes(adminRole)) throw new Problem("forbidden", `The token needs the app role ${adminRole}.`);
    if (caller.kind === "app" && !request.headers.has("x-uns-id")) {
      throw new Problem("invalid", "The header X-UNS-ID is required with an app-only token.");
    }
    const feeds = await feedsMeant(use, caller, request.headers);
    const id = parseNotificationId(params.id ?? "");
    if (id === undefined) throw notFound();

    for (const feed of feeds) {
      if (!(await use.feed.findAny(feed, id))) continue;
      const [{ entries }, subscriptions] = await Promise.all([use.ledgers.read(feed, id), use.subscriptions.of(feed)]);
      const platforms = new Map(subscriptions.map((subscription) => [subscription.id, subscription.platformType]));
      const value = Object.values(entries).map((entry) => deliveryOf(platforms.get(entry.subscriptionId), entry));
      return { status: 200, body: { value } };
    }
    throw notFound();
  };

const feedsMeant = async (use: Uses, caller: Caller, headers: Headers): Promise<readonly FeedKey[]> => {
  if (caller.kind === "user") return placesOf(await signedIn(use, caller, headers)).map(({ feed }) => feed);
  const unsid = await heldUnsid(use, headers);
  const app = unsid?.holder && (await use.apps.find(unsid.holder.hostName));
  const user = targetUser(caller, app, unsid);
  return app ? [feedKeyOf(user, app.hostName)] : [];
};
