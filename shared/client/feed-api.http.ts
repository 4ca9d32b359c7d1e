import type { Ask } from "./ask.http.ts";
import type { FeedApi } from "./feed-api.ts";
import { changedIn, deltaPageIn, doneIn, versionedIn } from "./feed-answers.ts";

/**
 * The service's feed over HTTP, of the app of this host name. Undefined: not known; the service finds it where the calling app is a client of
 * only one. Nothing is tried again but what `ask` does by itself. A page may read no header but the five that CORS exposes, so everything
 * else is found in the bodies.
 */
export const feedApiHttp = (ask: Ask, targetHostName: string | undefined): FeedApi => {
  const host = targetHostName ? `?targetHostName=${encodeURIComponent(targetHostName)}` : "";
  const at = (id: string): string => `/${encodeURIComponent(id)}`;
  return {
    delta: async ({ link, ...how }) => {
      const path = `/delta${link ? `?${link}` : host}`;
      const answer = await ask({ ...how, path, parse: deltaPageIn });
      // A token that cannot be opened any more, for its key is gone, is as good as one that is too old.
      const isTokenRefused = link && answer.kind === "refused" && answer.status === 400;
      return isTokenRefused ? { ...answer, kind: "gone" } : answer;
    },
    change: ({ id, change, ...how }) =>
      ask({ ...how, path: at(id), method: "PATCH", body: change, parse: versionedIn }),
    remove: ({ id, ...how }) => ask({ ...how, path: at(id), method: "DELETE", parse: doneIn }),
    changeMany: ({ ids, change, ...how }) =>
      ask({ ...how, path: host, method: "PATCH", body: { ids, ...change }, parse: changedIn }),
  };
};
