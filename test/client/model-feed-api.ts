import type { FeedApi } from "../../shared/client/feed-api.ts";
import type { SubscriptionApi } from "../../shared/client/subscription-api.ts";
import type { ModelFeed } from "./model-feed.ts";

/** A browser's port to the model: it answers with what the feed holds at the moment it is asked. Only a delta that is to wait does. */
export const modelFeedApi = (feed: ModelFeed): FeedApi & SubscriptionApi => ({
  delta: async ({ link, waitSeconds = 0, signal }) => {
    const answer = feed.delta(link);
    const isNews = answer.kind !== "ok" || answer.value.changes.length > 0;
    if (isNews || waitSeconds === 0) return answer;
    await feed.untilWritten(waitSeconds * 1_000, signal);
    return signal?.aborted ? { kind: "offline", reason: "Nobody waits any more." } : feed.delta(link);
  },
  change: ({ id, change, etag }) => Promise.resolve(feed.change(id, change, etag)),
  remove: ({ id, etag }) => {
    const answer = feed.remove(id, etag);
    return Promise.resolve(answer.kind === "ok" ? { kind: "ok", value: true } : answer);
  },
  changeMany: ({ ids, change }) => {
    for (const id of ids) feed.change(id, change);
    return Promise.resolve({ kind: "ok", value: true });
  },
  vapidPublicKey: () => Promise.resolve({ kind: "ok", value: "BPublicKey" }),
  subscribe: () =>
    Promise.resolve({
      kind: "ok",
      value: {
        id: "s1",
        userNotificationSubscriptionId: "unsid-1",
        expirationDateTime: new Date(feed.now() + 30 * 86_400_000).toISOString(),
      },
    }),
  unsubscribe: () => Promise.resolve({ kind: "ok", value: true }),
});
