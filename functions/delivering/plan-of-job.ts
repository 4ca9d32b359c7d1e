import type { Plan, Standing } from "../../shared/delivery/due.ts";
import { channelsThatFetched, type Fetched } from "../../shared/delivery/fetched.ts";
import { planDeliveries, planFallback, planTaps } from "../../shared/delivery/plan.ts";
import type { FanoutJob } from "../../shared/fanout/job.ts";
import type { Notification } from "../../shared/notification/notification.ts";
import type { KeptSubscription } from "../../shared/subscription/subscriptions.ts";

/** Whom a message has told, by its kind. */
export const planOf = (
  job: FanoutJob,
  standing: Standing<KeptSubscription>,
  fetched: Fetched,
): Plan<KeptSubscription> => {
  switch (job.kind) {
    case "content":
      return planDeliveries(standing);
    case "state":
      return planTaps({ ...standing, actor: job.actor, version: job.version, acceptedAt: job.acceptedAt });
    case "fallback": {
      const { notification, subscriptions } = standing;
      const channels = channelsThatFetched(subscriptions, fetched, notification.contentVersion);
      return planFallback({ ...standing, version: job.version, fetched: channels });
    }
  }
};

/** Content that was deleted is told to nobody, and an alert of content that was replaced neither; the deletion itself is a change of state. */
export const isOver = ({ status, contentVersion }: Notification, { kind, version }: FanoutJob): boolean =>
  kind !== "state" && (status === "deleted" || (kind === "fallback" && version < contentVersion));
