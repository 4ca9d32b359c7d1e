import { canaryHost } from "../../subscription/push-hosts.ts";
import type { Subscription } from "../../subscription/subscription.ts";
import type { ChannelSender, Route } from "../channel.ts";

const origin = `https://${canaryHost}`;

/** A route of its own: what is learnt of the canary is about no push service, and nobody else's failures hold it. */
const route: Route = { origin, credential: "canary" };

/** Where an operator's canary is pushed to. The API lets nobody subscribe there; only `npm run ops -- smoke` writes it. */
export const canaryEndpoint = (name: string): string => `${origin}/${name}`;

/**
 * A Web Push sender for which the canary's content is delivered once it is composed, without a request to anybody: so a notification can
 * go all the way through the service, and the result says nothing of any push service. Every other attempt is the sender's own.
 */
export const withCanary = (sender: ChannelSender): ChannelSender => ({
  routeOf: (attempt) => (isCanary(attempt.subscription) ? route : sender.routeOf(attempt)),
  compose: sender.compose,
  send: (attempt) => {
    if (!isCanary(attempt.subscription) || attempt.kind !== "content") return sender.send(attempt);
    const isComposed = sender.compose(attempt) !== undefined;
    return Promise.resolve(isComposed ? { kind: "delivered" } : { kind: "rejected", reason: "cannot be composed" });
  },
  close: sender.close,
});

/**
 * Whether a subscription is an operator's canary: what becomes of it says nothing of any push service, and counts in no metric of deliveries.
 * By the whole origin as `canaryEndpoint` writes it, to the slash: of what stands in a path, or before an @, nobody is to be fooled.
 */
export const isCanary = ({ channel }: Pick<Subscription, "channel">): boolean =>
  channel?.kind === "webpush" && channel.endpoint.startsWith(`${origin}/`);
