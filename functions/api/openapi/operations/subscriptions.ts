import { always, ofBody, type Content, type Paths } from "./described.ts";

const subscribed: Content = { schema: "Subscribed", example: "subscribed" };

export const subscriptions: Paths = {
  "/me/notifications/subscriptions": {
    post: {
      summary: "Subscribe a device of the signed-in user, or renew it.",
      description:
        "It lives for 30 days, if the service is not set otherwise, unless it is renewed, and never longer than its channel. Renewing is the same request again: same user, targetHostName and deviceId.",
      tag: "Subscriptions",
      parameters: ["contentEncoding"],
      body: { schema: "Subscription", example: "subscription" },
      answers: {
        201: { says: "Subscribed.", content: subscribed, headers: ["Location"] },
        200: { says: "Renewed: the same UNSID.", content: subscribed, headers: ["Location"] },
      },
      faults: [...ofBody, ...always, "409-too-many"],
    },
    get: {
      summary: "The signed-in user's subscriptions, without their UNSIDs.",
      tag: "Subscriptions",
      parameters: ["anyHostName"],
      answers: { 200: { says: "All of them.", content: { schema: "Subscriptions", example: "subscriptions" } } },
      faults: ["400", ...always],
    },
  },
  "/me/notifications/subscriptions/{id}": {
    get: {
      summary: "One subscription.",
      tag: "Subscriptions",
      parameters: ["subscriptionId"],
      answers: { 200: { says: "It.", content: { schema: "SubscriptionState", example: "subscriptionState" } } },
      faults: [...always, "404"],
    },
    delete: {
      summary: "Unsubscribe; the UNSID is worth nothing from now on.",
      tag: "Subscriptions",
      parameters: ["subscriptionId"],
      answers: { 204: { says: "Unsubscribed, now or before, or never subscribed." } },
      faults: always,
    },
  },
  "/me/notifications/vapidPublicKey": {
    get: {
      summary: "The public key that browsers subscribe with.",
      tag: "Subscriptions",
      answers: { 200: { says: "The key.", content: { schema: "VapidPublicKey", example: "vapidPublicKey" } } },
      faults: ["500"],
      needsToken: false,
    },
  },
};
