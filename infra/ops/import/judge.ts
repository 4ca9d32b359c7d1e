import type { RegisteredApp } from "../../../shared/auth/app-registry.ts";
import type { User } from "../../../shared/auth/caller.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { feedKeyOf, type FeedKey } from "../../../shared/feed-key.ts";
import { hashOf } from "../../../shared/hash.ts";
import { Problem } from "../../../shared/problem.ts";
import { parseSubscription, requireRegistered } from "../../../shared/subscription/parse-subscription.ts";
import type { PushHosts } from "../../../shared/subscription/push-hosts.ts";
import { subscriptionFrom, subscriptionIdOf } from "../../../shared/subscription/subscription-row.ts";
import type { SubscriptionDraft, SubscriptionId } from "../../../shared/subscription/subscription.ts";
import type { VapidKeyIds } from "../../../shared/subscription/vapid-key.ts";
import type { DumpedDevice, Entry } from "./entry.ts";
import type { FindUser } from "./users.file.ts";

/** A subscription that the API would take, were its client to ask. */
export type Accepted = {
  readonly kind: "accepted";
  readonly line: number;
  /** What the app server called it, and its user. */
  readonly id: string | undefined;
  readonly theirUser: string | undefined;
  readonly user: User;
  readonly feed: FeedKey;
  readonly draft: SubscriptionDraft;
  /** Names the subscription, and tells its channel from another, as the store will. */
  readonly subscriptionId: SubscriptionId;
  readonly channelTag: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** A hash of all that is to be done: who did it once need not do it again. */
  readonly mark: string;
};
type Refused = {
  readonly kind: "refused";
  readonly line: number;
  readonly id: string | undefined;
  /** Sentences that quote nothing. */
  readonly reasons: readonly string[];
};
export type Judged = Accepted | Refused;

export type Rules = {
  readonly app: RegisteredApp;
  readonly findUser: FindUser;
  readonly pushHosts: PushHosts;
  readonly vapidKeys: VapidKeyIds;
  /** The key that the dump's browsers subscribed with, base64url; undefined: nobody says. */
  readonly vapidPublicKey: string | undefined;
  readonly subscriptionDays: number;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** Judges an entry by the API's own rules: what it would refuse of a client is refused here, and told by its member's name. */
export const judge = ({ line, understood }: Entry, rules: Rules): Judged => {
  if (understood.kind === "refused") return { kind: "refused", line, id: undefined, reasons: understood.reasons };
  const { device } = understood;
  const refused = (reasons: readonly string[]): Judged => ({ kind: "refused", line, id: device.id, reasons });
  const user = rules.findUser(device.owner);
  const unknown = "unknown" in user ? [user.unknown] : [];
  const draft = draftOf(device, rules);
  if ("reasons" in draft) return refused([...unknown, ...draft.reasons]);
  if ("unknown" in user) return refused(unknown);

  const feed = feedKeyOf(user, rules.app.hostName);
  const subscriptionId = subscriptionIdOf(feed, draft.deviceId);
  const expiresAt = Math.min(rules.now + rules.subscriptionDays * milliseconds.day, draft.channelExpiresAt ?? Infinity);
  const { channelTag } = subscriptionFrom(draft, subscriptionId, expiresAt);
  const { id } = device;
  const mark = hashOf("import", String(line), id ?? "", JSON.stringify(user), JSON.stringify(draft)).slice(0, 22);
  const theirUser = device.owner.user;
  return { kind: "accepted", line, id, theirUser, user, feed, draft, subscriptionId, channelTag, expiresAt, mark };
};

type Draft = SubscriptionDraft | { readonly reasons: readonly string[] };

const draftOf = (device: DumpedDevice, rules: Rules): Draft => {
  const { platformType, channel, updatedAt } = device;
  const isBrowser = platformType === "WebPush";
  if (isBrowser && rules.vapidPublicKey === undefined) {
    return { reasons: ["for a browser --vapid-public-key must say with which key it subscribed"] };
  }
  const body = {
    targetHostName: rules.app.hostName,
    platformType,
    deviceId: device.deviceId ?? nameOf(device),
    channel: isBrowser ? { ...channel, applicationServerKey: rules.vapidPublicKey } : channel,
  };
  try {
    const draft = parseSubscription(body, rules);
    requireRegistered(draft, rules.app);
    // It was not just had from its system: what a push service knew before this day is true of it.
    return { ...draft, registeredAt: updatedAt ?? 0 };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { reasons: error.details.map(({ target, message }) => `${target} ${message}`) };
  }
};

/** The same channel has the same name, whatever else the dump says of it and however often. It tells nothing of the channel, a secret. */
const nameOf = ({ platformType, channel }: DumpedDevice): string =>
  `imported-${hashOf("imported", platformType, String(channel.endpoint ?? channel.uri ?? channel.token)).slice(0, 32)}`;
