import type { Mutant } from "./mutant.ts";

const plan = "shared/delivery/plan.ts";

/** Rules of the fallback's alert, broken. */
export const mutantsOfTheFallback: readonly Mutant[] = [
  {
    name: "a POST sends no message for its alert",
    file: "shared/fanout/first-jobs.ts",
    find: "return due === undefined ?",
    replace: "return due === undefined || due > 0 ?",
  },
  {
    name: "alerts at once, not when the delay is over",
    file: "shared/fanout/first-jobs.ts",
    find: `{ ...content, kind: "fallback", due }`,
    replace: `{ ...content, kind: "fallback", due: acceptedAt }`,
  },
  {
    name: "alerts devices that have fetched the notification",
    file: plan,
    find: "!fetched.has(subscription.channelTag)",
    replace: "fetched.size >= 0",
    from: 10,
  },
  {
    name: "of a device subscribed under two names, what the second has fetched counts for nothing",
    from: 98,
    file: "shared/delivery/fetched.ts",
    find: "    subscriptions.flatMap(",
    replace: `    subscriptions.filter((one) => subscriptions.find(({ channelTag }) => channelTag === one.channelTag) === one).flatMap(`,
  },
  {
    name: "alerts of what the user has seen to",
    from: 68,
    file: plan,
    find: "      notRung(notification, subscription) === undefined &&\n      !fetched",
    replace: "      !fetched",
  },
  {
    name: "the message of content that was replaced alerts of what replaced it",
    from: 85,
    file: plan,
    find: "version >= notification.contentVersion",
    replace: "version >= 0",
  },
  {
    name: "alerts that could not be made are not tried again",
    from: 158,
    file: "functions/delivering/later.ts",
    find: 'told === kind && decision.kind === "retry"',
    replace: 'told === kind && kind !== "fallback" && decision.kind === "retry"',
  },
  {
    name: "does not record who was alerted",
    from: 106,
    file: "shared/delivery/settle.ts",
    find: "for (const { due, entry } of settled) made",
    replace: 'for (const { due, entry } of settled) if (due.kind !== "fallback") made',
  },
];
