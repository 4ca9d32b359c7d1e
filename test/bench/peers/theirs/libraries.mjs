// The two libraries, each by its own call, over an agent that keeps connections.
import { Agent } from "node:https";
import PushNotifications from "node-pushnotifications";
import webpush from "web-push";

const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey } = process.env;
const options = {
  vapidDetails: { subject: "mailto:bench@fanfare.example", publicKey, privateKey },
  TTL: 3_600,
  urgency: "normal",
  agent: new Agent({ keepAlive: true, maxSockets: 64 }),
};

const outcomeOf = ({ statusCode }) => {
  if (statusCode === 404 || statusCode === 410) return "gone";
  // A request that is wrong today is wrong tomorrow; no status code at all is the network.
  return statusCode >= 400 && statusCode < 500 && statusCode !== 429 ? "refused" : "failed";
};

/** Each makes a function that pushes a text to subscriptions, and resolves to what became of each, in their order. */
export const libraries = {
  "web-push": () => (subscriptions, text) =>
    Promise.all(
      subscriptions.map((subscription) =>
        webpush
          .sendNotification(subscription, text, { ...options, timeout: 30_000 })
          .then(() => "delivered", outcomeOf),
      ),
    ),
  "node-pushnotifications": () => {
    const push = new PushNotifications({ web: { ...options, timeout: 30_000 } });
    return async (subscriptions, text) => {
      if (subscriptions.length === 0) return [];
      const [{ message }] = await push.send(subscriptions, text);
      return message.map(({ error }) => (error ? outcomeOf(error) : "delivered"));
    };
  },
};
