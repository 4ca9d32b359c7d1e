import type { HttpRequest } from "@azure/functions";
import type { RegisteredApp } from "../../shared/auth/app-registry.ts";
import { adminRole, type Caller } from "../../shared/auth/caller.ts";
import type { ChannelSender } from "../../shared/channels/channel.ts";
import { standardCredential, type Credentials } from "../../shared/channels/credentials.ts";
import { isServedBy, type Served } from "../../shared/channels/served.ts";
import type { Clock } from "../../shared/clock.ts";
import { rehearseDeliveries, rehearseFallback, type Rehearsed } from "../../shared/delivery/rehearse.ts";
import type { FeedKey } from "../../shared/feed-key.ts";
import { entityOf } from "../../shared/feed/entity.ts";
import type { Feed, Preview } from "../../shared/feed/feed.ts";
import { printInstant } from "../../shared/notification/instant.ts";
import type { NotificationDraft } from "../../shared/notification/notification.ts";
import type { Channel, Subscription } from "../../shared/subscription/subscription.ts";
import type { Subscriptions } from "../../shared/subscription/subscriptions.ts";
import type { Reads } from "../../shared/throttle/reads.ts";
import type { Answer } from "./http.ts";
import { odataHeaders } from "./odata.ts";
import { badOption } from "./options.ts";
import { preferred } from "./prefer.ts";

export type DryRunUses = {
  readonly feed: Pick<Feed, "preview">;
  readonly subscriptions: Pick<Subscriptions, "of">;
  /** The channels that are served. */
  readonly channels: Served<Pick<ChannelSender, "compose">>;
  /** By channel; one that is not among them has none that could be of no use. */
  readonly credentials: Readonly<Partial<Record<Channel["kind"], Pick<Credentials<unknown>, "of">>>>;
  readonly reads: Reads;
  readonly clock: Clock;
  readonly always201: boolean;
};

/** By what a dry run was asked for: the answer owns up to a preference that it followed (RFC 7240, section 3). */
type DryRunAsked = "query" | "preference";

const preference = "handling=dry-run";

/**
 * Whether the POST is to be rehearsed only: `?dryRun=true`, or `Prefer: handling=dry-run`. Either is enough, as the mistake of ringing nobody
 * can be made good. Throws `invalid` for a `dryRun` that is neither true nor false.
 */
export const dryRunAsked = ({ query, headers }: Pick<HttpRequest, "query" | "headers">): DryRunAsked | undefined => {
  const given = [...query].filter(([name]) => name.toLowerCase() === "dryrun").map(([, value]) => value.toLowerCase());
  if (given.length > 1) throw badOption("dryRun", "must be given once only");
  if (given.some((value) => value !== "true" && value !== "false")) {
    throw badOption("dryRun", "must be true or false");
  }
  if (preferred(headers.get("prefer"), "handling")?.toLowerCase() === "dry-run") return "preference";
  return given[0] === "true" ? "query" : undefined;
};

type DryRun = {
  readonly asked: DryRunAsked;
  readonly caller: Caller;
  readonly app: RegisteredApp | undefined;
  readonly feed: FeedKey;
  readonly draft: NotificationDraft;
};

/**
 * What a POST that has passed all checks would store, and whom it would push what: nothing is stored, sent or remembered. It asks for the
 * user's throttle and does not count in it; it counts as a read.
 */
export const dryRun = async (use: DryRunUses, { asked, caller, app, feed, draft }: DryRun): Promise<Answer> => {
  use.reads.count(feed);
  const [preview, subscriptions] = await Promise.all([use.feed.preview(feed, draft), use.subscriptions.of(feed)]);
  const { notification, isNew } = preview;
  const credentialFor = (kind: Channel["kind"]): string => app?.credentials[kind] ?? standardCredential;
  const rehearsing = {
    notification,
    subscriptions,
    isServed: isServedBy(use.channels),
    isHeld: ({ channel }: Subscription) => {
      const credential = channel && use.credentials[channel.kind]?.of(credentialFor(channel.kind));
      return credential ? "fault" in credential : false;
    },
    compose: (kind: "content" | "fallback", subscription: Subscription) => {
      const { channel } = subscription;
      if (!channel) return undefined;
      const credential = credentialFor(channel.kind);
      return use.channels[channel.kind]?.compose({ kind, notification, subscription, credential, isRepeat: false });
    },
    now: use.clock.now(),
  };
  const fallback = rehearseFallback(rehearsing);
  const shown = shownTo(caller);
  return {
    status: 200,
    // No `Vary: Prefer`: what answers a POST is stored by no cache.
    headers: { ...odataHeaders, ...(asked === "preference" && { "Preference-Applied": preference }) },
    body: {
      dryRun: true,
      status: isNew || use.always201 ? 201 : 200,
      notification: storedForm(preview, rehearsing.now),
      deliveries: rehearseDeliveries(rehearsing).map(shown),
      fallback: fallback && { dueDateTime: printInstant(fallback.at), deliveries: fallback.deliveries.map(shown) },
    },
  };
};

/** As the feed would show it. A new one has no id yet, and neither has a version that others would know it by. */
const storedForm = ({ notification, isNew }: Preview, now: number) => {
  const { id, "@odata.etag": _, ...stored } = entityOf(notification, now);
  return isNew ? stored : { id, ...stored };
};

/** What a user calls a device is no app server's business (contract 4: an app-only token reaches no subscription), an administrator's alone. */
const shownTo = ({ kind, roles }: Caller): ((one: Rehearsed) => Rehearsed) =>
  kind === "user" || roles.includes(adminRole) ? (one) => one : (one) => ({ ...one, displayName: null });
