import { Problem } from "../../../shared/problem.ts";
import type { SubscriptionId, Unsid } from "../../../shared/subscription/subscription.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import type { Accepted } from "./judge.ts";

/** What became of an accepted entry. Refused it is with a reason that quotes nothing. */
export type Brought =
  | {
      readonly kind: "imported";
      readonly unsid: Unsid;
      readonly subscriptionId: SubscriptionId;
      readonly expiresAt: number;
      readonly isNew: boolean;
    }
  | { readonly kind: "refused"; readonly reason: string };

const movedOn = "the device has another channel here by now, newer than the dump's or not: --replace takes the dump's";
const ended = "its push service has told this server that the channel is gone";

/**
 * Subscribes a dumped device as the API would, and leaves alone what its client has done here since: a channel of its own, and how much its
 * pushes are to tell. Repeating it renews the same subscription and gives the same UNSID. Throws `Unavailable` when the store is.
 */
export const bringOver =
  (subscriptions: Pick<Subscriptions, "find" | "subscribe">, { replace }: { readonly replace: boolean }) =>
  async ({ user, feed, draft, subscriptionId, channelTag, expiresAt }: Accepted): Promise<Brought> => {
    const found = await subscriptions.find(feed, subscriptionId);
    const same = found?.channelTag === channelTag ? found : undefined;
    if (found && !same && !replace) return { kind: "refused", reason: movedOn };
    if (same?.channel === null) return { kind: "refused", reason: ended };
    const { notificationType, displayName } = found ?? draft;
    const registeredAt = Math.max(same?.registeredAt ?? 0, draft.registeredAt ?? 0);
    try {
      const wished = { ...draft, notificationType, displayName, registeredAt };
      // The client may subscribe in this very moment: then the later of the two stands, as of any two that subscribe at once.
      const { unsid, isNew, subscription } = await subscriptions.subscribe(user, wished, expiresAt);
      return { kind: "imported", unsid, subscriptionId, expiresAt: subscription.expiresAt, isNew };
    } catch (error) {
      if (error instanceof Problem && error.kind === "conflict") return { kind: "refused", reason: error.message };
      throw error;
    }
  };
