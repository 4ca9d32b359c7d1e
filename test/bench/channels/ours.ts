import { apnsCredentialFrom } from "../../../shared/channels/apns/credential.ts";
import { apnsSender } from "../../../shared/channels/apns/apns.http.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { credentialsIn, standardCredential } from "../../../shared/channels/credentials.ts";
import { fcmCredentialAt } from "../../../shared/channels/fcm/credential.ts";
import { fcmSender } from "../../../shared/channels/fcm/fcm.http.ts";
import { credentialSettings } from "../../../shared/channels/served.ts";
import type { SharedTokens } from "../../../shared/channels/shared-tokens.ts";
import { webPushSender } from "../../../shared/channels/webpush/webpush.http.ts";
import { wnsCredentialFrom } from "../../../shared/channels/wns/credential.ts";
import { wnsSender } from "../../../shared/channels/wns/wns.http.ts";
import { systemClock } from "../../../shared/clock.ts";
import { newNotificationId, type Notification } from "../../../shared/notification/notification.ts";
import type { Channel, Subscription, SubscriptionId } from "../../../shared/subscription/subscription.ts";
import type { LocalVendors, VendorName } from "./local-vendors.ts";

/** Tokens of one instance alone. */
const ownTokens = (): SharedTokens => {
  const known = new Map<string, Awaited<ReturnType<SharedTokens["offer"]>>>();
  return {
    find: (name) => Promise.resolve(known.get(name)),
    offer: (name, made) => {
      known.set(name, made);
      return Promise.resolve(made);
    },
  };
};

/** The app's senders, as it makes them, with the local vendors for their edge. */
export const ourSenders = ({ at, vapid, credentialSettings: env }: LocalVendors): Record<VendorName, ChannelSender> => {
  const clock = systemClock;
  const extraAt = (name: VendorName) => ({ extra: { hosts: [new URL(at[name].url).host], ca: at[name].ca } });
  return {
    webpush: webPushSender({
      clock,
      vapid: { ...vapid, subject: "mailto:bench@fanfare.example" },
      ...extraAt("webpush"),
    }),
    apns: apnsSender({
      clock,
      credentials: credentialsIn(env, credentialSettings.apns, apnsCredentialFrom),
      tokens: ownTokens(),
      urls: { production: at.apns.url, sandbox: at.apns.url },
      ca: at.apns.ca,
    }),
    fcm: fcmSender({
      clock,
      credentials: credentialsIn(env, credentialSettings.fcm, fcmCredentialAt(`${at.fcm.url}/token`)),
      url: at.fcm.url,
      ...extraAt("fcm"),
    }),
    wns: wnsSender({
      clock,
      credentials: credentialsIn(env, credentialSettings.wns, wnsCredentialFrom),
      tokenUrl: `${at.wns.url}/oauth2/v2.0/token`,
      ...extraAt("wns"),
    }),
  };
};

const platforms = { webpush: "WebPush", apns: "iOS", fcm: "Android", wns: "Windows" } as const;
const hourMs = 3_600_000;

/** Sends one notification, visual where the platform draws it, through our sender. Rejects when it is not delivered. */
export const ourSend = async (sender: ChannelSender, channel: Channel): Promise<void> => {
  const now = systemClock.now();
  const notification: Notification = {
    targetHostName: "app.contoso.com",
    appNotificationId: crypto.randomUUID(),
    groupName: null,
    payload: { rawContent: content.raw, visualContent: content.visual },
    platformTypes: ["Windows", "iOS", "Android", "WebPush"],
    priority: "High",
    expiresAt: now + hourMs,
    displayUntil: now + hourMs,
    fallback: null,
    id: newNotificationId(now),
    createdAt: now,
    contentAt: now,
    knownUntil: now + hourMs,
    modifiedAt: null,
    status: "active",
    readState: "unread",
    userActionState: "noInteraction",
    epoch: "bench",
    version: 1,
    contentVersion: 1,
  };
  const subscription: Subscription = {
    id: "bench" as SubscriptionId,
    deviceId: "bench",
    displayName: null,
    platformType: platforms[channel.kind],
    notificationType: "NotificationWithPayload",
    channel,
    channelTag: "bench",
    expiresAt: now + hourMs,
  };
  const attempt = {
    kind: "content",
    notification,
    subscription,
    credential: standardCredential,
    isRepeat: false,
  } as const;
  const outcome = await sender.send(attempt);
  if (outcome.kind === "delivered") return;
  throw new Error(`${channel.kind}: ${outcome.kind}${"reason" in outcome ? `, ${outcome.reason}` : ""}`);
};

/** What both sides send. */
export const content = {
  raw: "x".repeat(400),
  visual: { title: "Your order is ready", body: "x".repeat(200) },
} as const;
