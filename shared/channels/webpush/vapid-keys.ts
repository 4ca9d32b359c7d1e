import type { Clock } from "../../clock.ts";
import type { Subscription } from "../../subscription/subscription.ts";
import { boundKeyOf } from "../../subscription/bound-key.ts";
import { vapidKeyIdsOf, type VapidKeyId } from "../../subscription/vapid-key.ts";
import { vapidHeaders, type Vapid, type VapidHeaders } from "./vapid.ts";

/** One of the service's key pairs, to sign with. */
export type VapidKey = {
  readonly id: VapidKeyId;
  /** As the delivery engine knows it: a refusal of one key holds nothing that goes out with the other. */
  readonly credential: "vapid" | "vapid-previous";
  /** Whoever is bound to it is asked to subscribe anew. */
  readonly isRetired: boolean;
  readonly headers: VapidHeaders;
};

type Addressed = Pick<Subscription, "channelTag" | "vapidKeyId">;

/** However many subscriptions turn out to be bound to another key than was thought, no more are remembered. */
const learntMost = 10_000;

/** The keys that are live, and which of them a subscription is bound to, as far as is known. */
export const vapidKeys = (vapid: Vapid, clock: Clock) => {
  const ids = vapidKeyIdsOf(vapid);
  const { previous, ...current } = vapid;
  const keys: VapidKey[] = [
    { id: ids.current, credential: "vapid", isRetired: false, headers: vapidHeaders(current, clock) },
  ];
  if (previous && ids.previous !== undefined) {
    const headers = vapidHeaders({ ...previous, subject: vapid.subject }, clock);
    keys.push({ id: ids.previous, credential: "vapid-previous", isRetired: true, headers });
  }
  const learnt = new Map<string, VapidKeyId>();

  return {
    /** The key to sign with; undefined when the subscription is bound to one that is not live any more. */
    of: (subscription: Addressed): VapidKey | undefined => {
      const id = learnt.get(subscription.channelTag) ?? boundKeyOf(subscription, ids);
      return keys.find((key) => key.id === id);
    },
    /** The other live key, if there is one. */
    besides: (key: VapidKey): VapidKey | undefined => keys.find((other) => other !== key),
    /** The push service took this key where it had refused the one that was thought right. */
    learn: ({ channelTag }: Addressed, { id }: VapidKey): void => {
      learnt.delete(channelTag);
      learnt.set(channelTag, id);
      for (const [first] of learnt) if (learnt.size > learntMost) learnt.delete(first);
    },
  };
};
