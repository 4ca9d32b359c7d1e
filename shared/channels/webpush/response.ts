import { busyFor, retryAfterSecondsOf, type Busy, type Outcome } from "../outcome.ts";

/** What a push service answered, cut down to what matters. */
export type WebPushResponse = {
  readonly status: number;
  readonly retryAfter?: string | readonly string[] | undefined;
  /** The beginning of the body, for its reason. */
  readonly text: string;
};

/**
 * RFC 8030 and the push services' own pages as one table. `too-large` is not an outcome yet: the sender answers it with a tap.
 * `now` (epoch milliseconds) turns a Retry-After date into seconds.
 */
export const outcomeOf = (response: WebPushResponse, now: number): Outcome | { readonly kind: "too-large" } => {
  const { status } = response;
  const reason = reasonOf(response);
  if (status === 200 || status === 201 || status === 202) return { kind: "delivered" };
  if (status === 404 || status === 410) return { kind: "gone" };
  if (status === 413) return { kind: "too-large" };
  // 406 is how WNS throttles; 408 is a timeout that somebody on the way noticed before us.
  if (status === 406 || status === 429) return busy("throttled", reason, response, now);
  if (status === 408 || status >= 500) return busy("failing", reason, response, now);
  // A moved bridge: following it would take our credential somewhere unchecked.
  if (status >= 300 && status < 400) return misconfigured(`sends us elsewhere (${reason}), ${proxyPerhaps}`);
  if (status === 401) return misconfigured(`refuses our VAPID token (${reason}): ${tokenPerhaps}`);
  // Anything else will be refused again. 403: the subscription was made with another VAPID key, so this one device must
  // subscribe anew, while our key may be fine for the rest.
  return { kind: "rejected", reason, ...(isKeyRefused(response) && { doubtsCredential: true }) };
};

const misconfigured = (what: string): Outcome => ({ kind: "misconfigured", reason: `the push service ${what}` });
const proxyPerhaps = "where our token must not go: is there a proxy in between?";
const tokenPerhaps =
  "is VAPID_SUBJECT a real mailto: or https address, this machine's clock right, and VAPID_PUBLIC_KEY the key that browsers subscribed with?";

/**
 * Whether this may be how the push service says that the subscription is bound to another VAPID key. Mozilla says so with a 401, like of any
 * token it does not take: https://github.com/mozilla-services/autopush-rs, docs/src/errors.md, errno 109.
 */
export const mayBeAnothersKey = (response: WebPushResponse): boolean =>
  response.status === 401 || isKeyRefused(response);

/** Apple says it with 400 as well, and a word of its own. */
const isKeyRefused = ({ status, text }: WebPushResponse): boolean =>
  status === 403 || (status === 400 && /"reason"\s*:\s*"(BadJwtToken|VapidPkHashMismatch)"/.test(text));

const busy = (origin: Busy["origin"], reason: string, { retryAfter }: WebPushResponse, now: number): Busy =>
  busyFor(origin, reason, retryAfterSecondsOf(retryAfter, now));

/** The status and a word of the vendor's, never more: an answer may quote the endpoint, which is a secret. */
const reasonOf = ({ status, text }: WebPushResponse): string => {
  const word = /"(?:reason|error)"\s*:\s*"([\w .-]{1,60})"/.exec(text)?.[1];
  return word === undefined ? String(status) : `${status} ${word}`;
};
