import { HttpRequest } from "@azure/functions";
import { changeNotifications } from "../../../../../functions/api/feed/change-notifications.ts";
import { changeNotification } from "../../../../../functions/api/feed/change-notification.ts";
import { deltaOfNotifications } from "../../../../../functions/api/feed/delta-of-notifications.ts";
import { readNotification } from "../../../../../functions/api/feed/read-notification.ts";
import { listNotifications } from "../../../../../functions/api/feed/list-notifications.ts";
import { removeNotification } from "../../../../../functions/api/feed/remove-notification.ts";
import { answerTo } from "../../../../../functions/api/http.ts";
import { registeredAppSchema } from "../../../../../shared/auth/app-registry.ts";
import { requiredScope, type Caller, type UserCaller } from "../../../../../shared/auth/caller.ts";
import { dataCipher } from "../../../../../shared/data-keys.ts";
import type { FanoutJob } from "../../../../../shared/fanout/job.ts";
import { feedKeyOf, type FeedKey } from "../../../../../shared/feed-key.ts";
import type { Feed } from "../../../../../shared/feed/feed.ts";
import type { Notification } from "../../../../../shared/notification/notification.ts";
import { Problem } from "../../../../../shared/problem.ts";
import { Unavailable } from "../../../../../shared/unavailable.ts";
import { now, subscriptionId } from "../../../samples.ts";

export const user = { tenantId: "tenant", objectId: "user", principalName: "graphnotify@contoso.com" };
export const phone: UserCaller = {
  kind: "user",
  clientId: "phone",
  tenantId: "tenant",
  roles: [],
  user,
  scopes: [requiredScope],
};
export const hostName = "app.contoso.com";
export const base = "https://notify.contoso.com/beta";
/** Of the user's phone, subscribed to the host name; and of somebody else's. */
export const unsid = "unsid-s3cr3t";
export const strangersUnsid = "unsid-of-another";

type World = {
  readonly caller?: Caller | Problem;
  readonly isBlocked?: boolean;
  /** Host names the calling app is a client of. */
  readonly hostNames?: readonly string[];
  /** What the user's feeds hold, by the host name of each. */
  readonly stored?: readonly Notification[];
  readonly throttled?: "app" | "bus" | "user's writes" | "user's reads";
  readonly away?: "fanout";
};
type Sent = { readonly body?: unknown; readonly text?: string; readonly headers?: Readonly<Record<string, string>> };

/** The feed's operations on ports of a few lines; `happened` lists what they did to them, in order. */
export const world = (made: World = {}) => {
  const { caller = phone, isBlocked = false, hostNames = [hostName], stored = [], throttled } = made;
  const happened: string[] = [];
  const jobs: [FanoutJob, { readonly expiresAt: number }][] = [];
  const busy = (of: World["throttled"]): void => {
    if (throttled === of) throw new Problem("busy", "Throttled.", { retryAfterSeconds: 7 });
  };
  const holder = { ...user, feed: "unused", subscriptionId: subscriptionId("the-phone"), hostName };
  let away = made.away;
  const use = {
    tokens: { verify: () => (caller instanceof Problem ? Promise.reject(caller) : Promise.resolve(caller)) },
    apps: {
      find: () => Promise.reject(new Error("The apps of the client are asked, not the app of a name.")),
      ofClient: (clientId: string) =>
        Promise.resolve(
          hostNames.map((name) => registeredAppSchema.parse({ hostName: name, senders: [], clients: [clientId] })),
        ),
      isBlocked: () => Promise.resolve(isBlocked),
    },
    subscriptions: {
      holderOf: (given: string) =>
        Promise.resolve(
          given === unsid ? holder : given === strangersUnsid ? { ...holder, objectId: "stranger" } : undefined,
        ),
    },
    appWrites: {
      take: () => {
        busy("app");
        happened.push("permit taken");
        return Promise.resolve({ giveBack: () => void happened.push("permit given back") });
      },
    },
    busy: { check: () => busy("bus") },
    reads: {
      count: (feed: FeedKey) => {
        busy("user's reads");
        happened.push(`read counted${feed === feedKeyOf(user, hostName) ? "" : " elsewhere"}`);
      },
    },
    feed: feedOf(stored, () => busy("user's writes")),
    fanout: {
      send: (job: FanoutJob, when: { readonly expiresAt: number }) => {
        if (away === "fanout") return Promise.reject(new Unavailable("Service Bus", { cause: undefined }));
        happened.push("sent");
        jobs.push([job, when]);
        return Promise.resolve();
      },
    },
    fetchMarks: {
      fetched: (_feed: FeedKey, subscription: string, notifications: readonly Notification[]) => {
        happened.push(`${subscription} fetched ${notifications.map(({ id }) => id).join(" ")}`);
        return Promise.resolve();
      },
    },
    cipher: dataCipher([{ id: "k1", key: new Uint8Array(32) }]),
    clock: { now: () => now },
    live: { join: () => undefined },
    liveWaitSeconds: 20,
  };
  const operations = {
    list: { method: "GET", run: listNotifications(use) },
    delta: { method: "GET", run: deltaOfNotifications(use) },
    read: { method: "GET", run: readNotification(use) },
    change: { method: "PATCH", run: changeNotification(use) },
    changeMany: { method: "PATCH", run: changeNotifications(use) },
    remove: { method: "DELETE", run: removeNotification(use) },
  } as const;

  /** `place` is an id, a query beginning with `?`, or a link that an answer gave. */
  const ask = async (what: keyof typeof operations, place = "", sent: Sent = {}) => {
    const { method, run } = operations[what];
    const isQuery = place.includes("?");
    const usual = { authorization: "Bearer t0ken-s3cr3t", "content-type": "application/json" };
    const body = sent.text ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    const request = new HttpRequest({
      method,
      url: `http://evil.example/beta/me/notifications${isQuery ? place.slice(place.indexOf("?")) : ""}`,
      headers: { ...usual, ...sent.headers },
      ...(body !== undefined && { body: { string: body } }),
    });
    const asked = { requestId: "r", clientRequestId: "c" };
    return run({ request, params: isQuery ? {} : { id: place }, base }).catch((error: unknown) =>
      answerTo(error, asked, now),
    );
  };
  return { ask, happened, jobs, comesBack: () => (away = undefined) };
};

/** A feed in memory, one for each host name: as much of the port's promises as the operations lean on. */
const feedOf = (
  stored: readonly Notification[],
  count: () => void,
): Omit<Feed, "accept" | "noteAnswer" | "preview" | "findStored"> => {
  const kept = new Map(stored.map((one) => [one.id, { feed: feedKeyOf(user, one.targetHostName), one }]));
  let version = Math.max(0, ...stored.map((one) => one.version));
  const any = (feed: FeedKey, id: string): Notification | undefined => {
    const found = kept.get(id as Notification["id"]);
    return found?.feed === feed ? found.one : undefined;
  };
  const live = (feed: FeedKey, id: string): Notification | undefined => {
    const found = any(feed, id);
    return found?.status === "deleted" ? undefined : found;
  };
  const put = (feed: FeedKey, one: Notification): Notification => {
    kept.set(one.id, { feed, one });
    return one;
  };
  const all = (feed: FeedKey): Notification[] =>
    [...kept.values()].filter((kept) => kept.feed === feed).map(({ one }) => one);
  const check = (one: Notification, isMet: Parameters<Feed["remove"]>[2]): void => {
    if (isMet && !isMet(one)) throw new Problem("precondition-failed", "It is another version.");
  };
  return {
    find: (feed, id) => Promise.resolve(live(feed, id)),
    findAny: (feed, id) => Promise.resolve(any(feed, id)),
    change: async (feed, ids, change, { isMet, countsAlways } = {}) => {
      await Promise.resolve();
      const found = ids.map((id) => live(feed, id));
      for (const one of found) if (one) check(one, isMet);
      if (countsAlways || found.some((one) => one !== undefined)) count();
      return found.map((one) => {
        if (!one) return undefined;
        const isSo = Object.entries({ ...one, ...change }).every(([name, value]) => Reflect.get(one, name) === value);
        return isSo ? one : put(feed, { ...one, ...change, status: "updated", version: ++version });
      });
    },
    remove: async (feed, id, isMet) => {
      await Promise.resolve();
      const found = any(feed, id);
      if (found?.status !== "deleted" && found) check(found, isMet);
      count();
      if (!found || found.status === "deleted") return found;
      return put(feed, { ...found, status: "deleted", payload: {}, version: ++version });
    },
    list: (feed, { top, after, matches }) => {
      const found = all(feed)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .filter((one) => one.status !== "deleted" && (after === undefined || one.id < after))
        .filter(matches);
      const notifications = found.slice(0, top);
      return Promise.resolve({ notifications, next: found.length > top ? notifications.at(-1)?.id : undefined });
    },
    delta: (feed, { top, since, until = { epoch: "epoch", version } }) => {
      if (since && since.epoch !== "epoch") throw new Problem("gone", "The feed was made anew.");
      const found = all(feed)
        .sort((a, b) => a.version - b.version)
        .filter((one) => one.version > (since?.version ?? 0) && one.version <= until.version);
      const changes = found.slice(0, top);
      const isLast = found.length <= top;
      const reached = isLast ? until : { epoch: "epoch", version: changes.at(-1)?.version ?? 0 };
      return Promise.resolve({ changes, reached, until, isLast });
    },
  };
};
