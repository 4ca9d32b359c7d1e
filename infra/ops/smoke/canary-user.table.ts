import { createECDH, randomBytes } from "node:crypto";
import type { User } from "../../../shared/auth/caller.ts";
import { canaryEndpoint } from "../../../shared/channels/webpush/canary.ts";
import { systemClock } from "../../../shared/clock.ts";
import { dataCipher, type DataKey } from "../../../shared/data-keys.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import { emptyHead } from "../../../shared/feed/new-head.ts";
import { headKey } from "../../../shared/feed/rows.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import type { Tables } from "../../../shared/storage/table.ts";
import { tableSubscriptions } from "../../../shared/subscription/subscriptions.table.ts";
import type { SubscriptionDraft } from "../../../shared/subscription/subscription.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";

type Use = {
  readonly tables: Tables;
  readonly dataKeys: [DataKey, ...DataKey[]];
  readonly report: (sentence: string) => void;
};
type Asked = { readonly hostName: string; readonly name: string; readonly expiresAt: number };

/** No tenant has it, so no token names one of these users. */
const tenantId = "00000000-0000-0000-0000-000000000000";

/**
 * Subscribes a canary to an app, as a user of its own whom nobody else has: the service's own code writes it, to the end given. Resolves to
 * what it is known by, and to what takes it away again. The feed's head goes by itself when it has been idle for a day.
 */
export const subscribeCanary = async (use: Use, { hostName, name, expiresAt }: Asked) => {
  const { feeds, unsids, expiries } = use.tables;
  const subscriptions = tableSubscriptions({
    feeds,
    unsids,
    hints: tableExpiryHints(expiries),
    cipher: dataCipher(use.dataKeys),
    clock: systemClock,
    head: { rowKey: headKey, empty: (feed: FeedKey) => emptyHead(feed, systemClock.now()) },
    perFeed: 1,
    vapidKeys: { current: vapidKeyIdOf("canary") },
    report: use.report,
  });
  const user: User = { tenantId, objectId: crypto.randomUUID(), principalName: "canary" };
  const { subscription, unsid } = await subscriptions.subscribe(user, draftOf(hostName, name), expiresAt);
  const feed = feedKeyOf(user, hostName);
  return {
    feed,
    unsid,
    channelTag: subscription.channelTag,
    remove: () => subscriptions.remove(feed, subscription.id),
  };
};

const draftOf = (targetHostName: string, name: string): SubscriptionDraft => {
  const browser = createECDH("prime256v1");
  return {
    targetHostName,
    platformType: "WebPush",
    deviceId: name,
    displayName: "canary",
    notificationType: "NotificationWithPayload",
    channel: {
      kind: "webpush",
      endpoint: canaryEndpoint(name),
      keys: {
        p256dh: browser.generateKeys("base64url"),
        auth: randomBytes(16).toString("base64url"),
      },
    },
    channelExpiresAt: null,
  };
};
