import type { AppRegistry } from "../../../shared/auth/app-registry.ts";
import { targetUser } from "../../../shared/auth/authorise.ts";
import { adminRole, type Caller } from "../../../shared/auth/caller.ts";
import { isServedBy, type Served } from "../../../shared/channels/served.ts";
import type { Clock } from "../../../shared/clock.ts";
import { deliveriesOf } from "../../../shared/delivery/explain.ts";
import type { Ledgers } from "../../../shared/delivery/ledger.ts";
import { lifeOf } from "../../../shared/delivery/life.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import type { FetchMarks } from "../../../shared/feed/fetch-marks.ts";
import type { Feed } from "../../../shared/feed/feed.ts";
import { parseNotificationId } from "../../../shared/notification/notification.ts";
import { Problem } from "../../../shared/problem.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import { heldUnsid, identify, signedIn, type AsUser, type Operation } from "../call.ts";
import { optionsOf } from "../options.ts";
import { notFound, placesOf } from "./place.ts";

type Uses = AsUser & {
  readonly apps: Pick<AppRegistry, "find">;
  readonly subscriptions: Pick<Subscriptions, "of">;
  readonly feed: Pick<Feed, "findAny">;
  readonly ledgers: Pick<Ledgers, "read">;
  readonly fetchMarks: Pick<FetchMarks, "of">;
  readonly clock: Clock;
  /** The channels that are served. */
  readonly channels: Served<unknown>;
};

/**
 * `GET BASE/me/notifications/{id}/deliveries`: what became of a notification and of each delivery of it, for who bears the role
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
      const notification = await use.feed.findAny(feed, id);
      if (!notification) continue;
      const [ledger, subscriptions, fetched] = await Promise.all([
        use.ledgers.read(feed, id),
        use.subscriptions.of(feed),
        notification.fallback ? use.fetchMarks.of(feed, id) : new Map<SubscriptionId, number>(),
      ]);
      const isServed = isServedBy(use.channels);
      const now = use.clock.now();
      const value = deliveriesOf({ notification, subscriptions, ledger, isServed, fetched, now });
      return { status: 200, body: { notification: lifeOf(notification), value } };
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
