import { asking, type Asking } from "./ask.http.ts";
import type { FeedApi } from "./feed-api.ts";
import { changedIdsIn, deltaPageIn, publicKeyIn, subscribedIn, versionedIn } from "./feed-answers.ts";

export type FeedApiOptions = Asking & {
  /** The app's host name: of its feed alone. Undefined: not known; the service finds it where the calling app is a client of only one. */
  readonly targetHostName: string | undefined;
};

/**
 * The service over HTTP. A 401 is answered by one renewed token, a 403 with a UNSID by one try without it; nothing else is tried again.
 * A page may read no header but the five that CORS exposes, so everything else is found in the bodies.
 */
export const feedApiHttp = ({ targetHostName, ...options }: FeedApiOptions): FeedApi => {
  const ask = asking(options);
  const host = targetHostName === undefined ? "" : `?targetHostName=${encodeURIComponent(targetHostName)}`;
  const at = (id: string): string => `/${encodeURIComponent(id)}`;
  const done = (_body: unknown, { status }: Response): true | undefined => (status === 204 ? true : undefined);
  const without = async (path: string, more: { etag?: string | undefined; signal?: AbortSignal | undefined }) => {
    const answer = await ask({ ...more, path, method: "DELETE", parse: done });
    return answer.kind === "ok" ? ({ kind: "ok", value: undefined } as const) : answer;
  };

  return {
    delta: async ({ link, waitSeconds, signal }) => {
      const path = `/delta${link === undefined ? host : `?${link}`}`;
      const parse = (body: unknown, { headers }: Response) => deltaPageIn(body, headers.get("ETag"));
      const answer = await ask({ path, waitSeconds, signal, parse });
      // A token that cannot be opened any more, for its key is gone, is as good as one that is too old.
      const isTokenRefused = link !== undefined && answer.kind === "refused" && answer.status === 400;
      return isTokenRefused ? { kind: "gone", reason: answer.reason } : answer;
    },
    change: ({ id, change, etag, signal }) =>
      ask({ path: at(id), method: "PATCH", body: change, etag, signal, parse: versionedIn }),
    remove: ({ id, etag, signal }) => without(at(id), { etag, signal }),
    changeMany: ({ ids, change, signal }) =>
      ask({ path: host, method: "PATCH", body: { ids, ...change }, signal, parse: changedIdsIn }),
    vapidPublicKey: () => ask({ path: "/vapidPublicKey", isPublic: true, parse: publicKeyIn }),
    subscribe: (wish) =>
      ask({ path: "/subscriptions", method: "POST", body: { platformType: "WebPush", ...wish }, parse: subscribedIn }),
    unsubscribe: (id) => without(`/subscriptions${at(id)}`, {}),
  };
};
