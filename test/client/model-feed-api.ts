import type { FeedApi } from "../../shared/client/feed-api.ts";
import type { ModelFeed } from "./model-feed.ts";

/** A browser's port to the model: it answers with what the feed holds at the moment it is asked. Only a delta that is to wait does. */
export const modelFeedApi = (feed: ModelFeed): FeedApi => ({
  delta: async ({ link, waitSeconds = 0, signal }) => {
    const answer = feed.delta(link);
    const isNews = answer.kind !== "ok" || answer.value.changes.length > 0;
    if (isNews || waitSeconds === 0) return answer;
    await feed.untilWritten(waitSeconds * 1_000, signal);
    return signal?.aborted ? { kind: "offline", reason: "Nobody waits any more." } : feed.delta(link);
  },
  change: ({ id, change, etag }) => Promise.resolve(feed.change(id, change, etag)),
  remove: ({ id, etag }) => Promise.resolve(feed.remove(id, etag)),
  changeMany: ({ ids, change }) =>
    Promise.resolve({ kind: "ok", value: ids.filter((id) => feed.change(id, change).kind === "ok") }),
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
  unsubscribe: () => Promise.resolve({ kind: "ok", value: undefined }),
});
