import { busyFor, retryAfterSecondsOf, type Busy, type Outcome } from "../outcome.ts";

/** What APNs answered, cut down to what matters. */
export type ApnsResponse = {
  readonly status: number;
  readonly retryAfter?: string | readonly string[] | undefined;
  /** The beginning of the body, which is JSON with `reason` and for `Unregistered` a `timestamp`. */
  readonly text: string;
};

/** What it is judged by beside itself. */
export type Judged = {
  /** Epoch milliseconds: turns a Retry-After date into seconds. */
  readonly now: number;
  /** The setting of the credential it was sent with: begins every sentence for the operator. */
  readonly setting: string;
  /** Epoch milliseconds at which the device last told us its token, where that is known. */
  readonly registeredAt?: number | undefined;
};

/** An outcome, or what the sender can do about it itself, once, with the outcome it is `otherwise`. */
export type Verdict =
  | Outcome
  /** Send a tap instead. */
  | { readonly kind: "too-large" }
  /** This connection is at its end, and the push was not taken: send it over another one. */
  | { readonly kind: "reconnect"; readonly otherwise: Outcome }
  /** Send it with another token. */
  | { readonly kind: "stale-token"; readonly otherwise: Outcome }
  /** Sign no further token for a while. */
  | { readonly kind: "too-many-tokens"; readonly otherwise: Outcome };

type Row = { readonly status: number; readonly means: Means };
type Means =
  | "rejected"
  | "rejected-in-doubt"
  | "gone"
  | "reconnect"
  | "stale-token"
  | "too-large"
  | "too-many-tokens"
  | "throttled"
  | "failing"
  /** Misconfigured, and what the operator is asked. */
  | { readonly ask: string };

const ourKey = "is the key of the team teamId, is its id keyId, and is it not revoked?";
const otherEnvironment =
  "the key is for the other of Apple's two environments: create one for sandbox and production, or for the one the app's devices are in";
const ourRequest =
  "Apple does not know such a request: is APNS_URL, or a proxy in between, right? Else it is a bug of Fanfare's";
const ourCertificate =
  "Apple judges a client certificate, and Fanfare sends none: is there a proxy in between that does?";

/**
 * Every reason Apple documents, with the status it comes with:
 * https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
 */
export const reasons: Readonly<Record<string, Row>> = {
  BadCollapseId: { status: 400, means: "rejected" },
  // Unlike the other 400s these two are about the device; a wrong environment looks the same, hence the guard over `gone`.
  BadDeviceToken: { status: 400, means: "gone" },
  DeviceTokenNotForTopic: { status: 400, means: "gone" },
  BadExpirationDate: { status: 400, means: "rejected" },
  BadMessageId: { status: 400, means: "rejected" },
  BadPriority: { status: 400, means: "rejected" },
  BadTopic: { status: 400, means: "rejected" },
  DuplicateHeaders: { status: 400, means: "rejected" },
  IdleTimeout: { status: 400, means: "reconnect" },
  InvalidPushType: { status: 400, means: "rejected" },
  MissingDeviceToken: { status: 400, means: "rejected" },
  MissingTopic: { status: 400, means: "rejected" },
  PayloadEmpty: { status: 400, means: "rejected" },
  // Of one device: it named a bundle id that is not ours. Of many: our key is another team's.
  TopicDisallowed: { status: 400, means: "rejected-in-doubt" },
  BadCertificate: { status: 403, means: { ask: ourCertificate } },
  BadCertificateEnvironment: { status: 403, means: { ask: ourCertificate } },
  ExpiredProviderToken: { status: 403, means: "stale-token" },
  Forbidden: {
    status: 403,
    means: { ask: "may the key be used for this app? Is it the team's that the app belongs to?" },
  },
  InvalidProviderToken: { status: 403, means: { ask: ourKey } },
  MissingProviderToken: { status: 403, means: { ask: "Apple saw no token: does a proxy in between take it away?" } },
  UnrelatedKeyIdInToken: {
    status: 403,
    means: { ask: "Apple saw two keys on one connection: does a proxy in between share it?" },
  },
  BadEnvironmentKeyIdInToken: { status: 403, means: { ask: otherEnvironment } },
  // Not on Apple's page, but what its servers say: https://github.com/swift-server-community/APNSwift/pull/229
  BadEnvironmentKeyInToken: { status: 403, means: { ask: otherEnvironment } },
  BadPath: { status: 404, means: { ask: ourRequest } },
  MethodNotAllowed: { status: 405, means: { ask: ourRequest } },
  ExpiredToken: { status: 410, means: "gone" },
  Unregistered: { status: 410, means: "gone" },
  PayloadTooLarge: { status: 413, means: "too-large" },
  TooManyProviderTokenUpdates: { status: 429, means: "too-many-tokens" },
  TooManyRequests: { status: 429, means: "throttled" },
  InternalServerError: { status: 500, means: "failing" },
  ServiceUnavailable: { status: 503, means: "failing" },
  // This one server of theirs goes down, not the service.
  Shutdown: { status: 503, means: "reconnect" },
};

/** The answer as the table has it; a reason it does not know, or that came with another status than its own, counts by the status. */
export const verdictOf = (response: ApnsResponse, judged: Judged): Verdict => {
  const { status } = response;
  if (status === 200) return { kind: "delivered" };
  const { reason, timestamp } = bodyOf(response.text);
  const row = reason !== undefined && Object.hasOwn(reasons, reason) ? reasons[reason] : undefined;
  const means = row?.status === status ? row.means : meansByStatus(status);
  const told = reason === undefined ? String(status) : `${status} ${reason}`;
  if (typeof means === "object") return misconfigured(judged, `refuses the push (${told}): ${means.ask}`);
  switch (means) {
    case "rejected":
      return { kind: "rejected", reason: told };
    case "rejected-in-doubt":
      return { kind: "rejected", reason: told, doubtsCredential: true };
    case "gone":
      return isOutdated(timestamp, judged)
        ? busy("elsewhere", `${told}, of before it registered`, response, judged)
        : { kind: "gone" };
    case "too-large":
      return { kind: "too-large" };
    case "throttled":
    case "failing":
      return busy(means, told, response, judged);
    case "reconnect":
      return { kind: "reconnect", otherwise: busy("failing", told, response, judged) };
    case "too-many-tokens":
      return { kind: "too-many-tokens", otherwise: busy("throttled", told, response, judged) };
    case "stale-token":
      return {
        kind: "stale-token",
        otherwise: misconfigured(judged, `finds even a new token too old (${told}): is this machine's clock right?`),
      };
  }
};

const meansByStatus = (status: number): Means => {
  if (status === 403 || status === 401) return { ask: ourKey };
  // A redirect is followed by nobody: our token would go somewhere unchecked.
  if (status === 404 || status === 405 || (status >= 300 && status < 400)) return { ask: ourRequest };
  if (status === 410) return "gone";
  if (status === 413) return "too-large";
  if (status === 429) return "throttled";
  if (status === 408 || status >= 500) return "failing";
  return "rejected";
};

/** `timestamp`: when Apple last found the token dead. A device that registered after that has to be believed. */
const isOutdated = (timestamp: number | undefined, { registeredAt }: Judged): boolean =>
  timestamp !== undefined && registeredAt !== undefined && registeredAt > timestamp;

const misconfigured = ({ setting }: Judged, what: string): Outcome => ({
  kind: "misconfigured",
  reason: `${setting}: Apple ${what}`,
});

const busy = (origin: Busy["origin"], reason: string, { retryAfter }: ApnsResponse, { now }: Judged): Busy =>
  busyFor(origin, reason, retryAfterSecondsOf(retryAfter, now));

/** One word for the reason and no more: what is no word of Apple's might quote the device's token. */
const bodyOf = (text: string): { readonly reason?: string; readonly timestamp?: number } => {
  const reason = /"reason"\s*:\s*"([A-Za-z]{1,60})"/.exec(text)?.[1];
  const timestamp = /"timestamp"\s*:\s*"?(\d{1,16})\b/.exec(text)?.[1];
  return { ...(reason !== undefined && { reason }), ...(timestamp !== undefined && { timestamp: Number(timestamp) }) };
};
