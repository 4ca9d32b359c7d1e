import type { Ask } from "./ask.http.ts";
import { doneIn, isText, membersOf } from "./feed-answers.ts";
import type { Subscribed, SubscriptionApi } from "./subscription-api.ts";

/** The service over HTTP; nothing is tried again but what `ask` does by itself. */
export const subscriptionApiHttp = (ask: Ask): SubscriptionApi => ({
  vapidPublicKey: () => ask({ path: "/vapidPublicKey", parse: publicKeyIn }),
  subscribe: (wish) =>
    ask({ path: "/subscriptions", method: "POST", body: { platformType: "WebPush", ...wish }, parse: subscribedIn }),
  unsubscribe: (id) => ask({ path: `/subscriptions/${encodeURIComponent(id)}`, method: "DELETE", parse: doneIn }),
});

/** Some write base64url with its padding, which browsers do not. */
const publicKeyIn = (body: unknown): string | undefined => {
  const { publicKey } = membersOf(body);
  return isText(publicKey) ? publicKey.replace(/=+$/, "") : undefined;
};

const subscribedIn = (body: unknown): Subscribed | undefined => {
  const { id, userNotificationSubscriptionId, expirationDateTime } = membersOf(body);
  return isText(id) && isText(userNotificationSubscriptionId) && isText(expirationDateTime)
    ? { id, userNotificationSubscriptionId, expirationDateTime }
    : undefined;
};
