import type { StateChange, UserNotification } from "./notification.ts";

/** A notification with the feed's version at its last change. */
export type Versioned = {
  readonly notification: UserNotification;
  /** `<epoch>.<version>`, as ETags and push messages print it, without quotes. */
  readonly etag: string;
};

/** One change of the feed: the notification as it is now, or that it is gone for good. */
export type FeedChange = ({ readonly kind: "live" } & Versioned) | { readonly kind: "gone"; readonly id: string };

/** One page of a delta. */
export type DeltaPage = {
  readonly changes: readonly FeedChange[];
  /** The query of the next request (`$skiptoken=…`, or `$deltatoken=…` at the end of a pass), without the service's address. */
  readonly link: string;
  /** Only on the last page of a pass: the state of the feed that is reached, `<epoch>.<version>`. */
  readonly mark?: string | undefined;
};

/** Everything but success: what the caller has to decide on. Answers are values; nothing here is thrown. */
export type Setback =
  | {
      readonly kind:
        /** No answer: no network, or the service is away. */
        | "offline"
        /** 401 with a renewed token, too; or there is no token to be had. */
        | "unauthorized"
        /** 403. */
        | "forbidden"
        /** 404. */
        | "not-found"
        /** 412: it has changed since. */
        | "changed"
        /** 410, or a delta's token that is refused: start over. */
        | "gone";
      readonly reason: string;
    }
  /** 406: nothing before so many milliseconds. */
  | { readonly kind: "throttled"; readonly reason: string; readonly waitMs: number }
  /** `refused`, any other 4xx: asking again changes nothing. `failed`, 5xx, or an answer that is not the service's; 0: the browser's storage has. */
  | { readonly kind: "refused" | "failed"; readonly reason: string; readonly status: number };

export type Answer<T> = { readonly kind: "ok"; readonly value: T } | Setback;

export const ok = <T>(value: T) => ({ kind: "ok", value }) as const;

/** Success that has nothing to say. */
export const done = { kind: "ok", value: undefined } as const;

/** The service was not reached. */
export const offline = (cause: unknown): Setback => ({ kind: "offline", reason: String(cause) });

/** Nobody waits for the answer any more. */
export const givenUp = (): Setback => offline("given up");

/** The browser's storage, or its locks, have failed: told like a fault of the service, for it is to be tried again. */
export const brokenStore = (cause: unknown): Setback => ({ kind: "failed", status: 0, reason: String(cause) });

/** A signal ends a request: then the answer is `offline`. */
type Signalled = { readonly signal?: AbortSignal | undefined };

/** The service, as one user's app in one browser speaks to it. Never rejects. */
export type FeedApi = {
  /**
   * One page of the delta: on from `link`, or from the very beginning. `waitSeconds` asks the service to answer only when there is a
   * change, or after so long (RFC 7240 `wait`); it may answer sooner.
   */
  readonly delta: (
    ask: { readonly link?: string | undefined; readonly waitSeconds?: number } & Signalled,
  ) => Promise<Answer<DeltaPage>>;
  /** Changes the state of one notification: only if it is still at `etag`, when that is given. */
  readonly change: (
    ask: { readonly id: string; readonly change: StateChange; readonly etag?: string } & Signalled,
  ) => Promise<Answer<Versioned>>;
  readonly remove: (ask: { readonly id: string; readonly etag?: string } & Signalled) => Promise<Answer<true>>;
  /** The same change of up to 100 notifications in one write, of those that the feed still has. */
  readonly changeMany: (
    ask: { readonly ids: readonly string[]; readonly change: StateChange } & Signalled,
  ) => Promise<Answer<true>>;
};
