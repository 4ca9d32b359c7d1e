import { busyFor, retryAfterSecondsOf, type Busy, type Outcome } from "../outcome.ts";
import { understand, type FcmFault } from "./fault.ts";

/** What FCM answered, cut down to what matters. */
export type FcmResponse = {
  readonly status: number;
  readonly retryAfter?: string | readonly string[] | undefined;
  /** The beginning of the body. */
  readonly text: string;
};

/**
 * What an answer means for the attempt. `too-large` and `token-refused` are no outcomes yet: the sender answers them with a tap and with a
 * new token, once.
 */
export type FcmVerdict =
  | Outcome
  | { readonly kind: "too-large"; readonly reason: string }
  | { readonly kind: "token-refused"; readonly reason: string };

type Told = {
  /** The setting in which the credential stands: what the operator is to look at. */
  readonly setting: string;
  /** Epoch milliseconds; turns a Retry-After date into seconds. */
  readonly now: number;
};

/**
 * Google's pages as one table: first by FCM's own code, then by Google's status of all its services, then, for what a proxy or a front end
 * said, by the HTTP status. Reasons quote codes and names of members, never a message: that may quote a token.
 */
export const verdictOf = (response: FcmResponse, { setting, now }: Told): FcmVerdict => {
  const { status, retryAfter, text } = response;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  const fault = understand(text);
  const answer = { ...fault, status, setting, retryAfterSeconds: retryAfterSecondsOf(retryAfter, now) };
  const row = byErrorCode[fault.errorCode ?? ""] ?? byStatus[fault.status ?? ""] ?? byHttpStatus;
  return row({ ...answer, word: wordOf(status, fault) });
};

type Answer = Omit<FcmFault, "status"> & {
  readonly status: number;
  readonly setting: string;
  readonly word: string;
  readonly retryAfterSeconds: number | undefined;
};
type Row = (answer: Answer) => FcmVerdict;

const busy =
  (origin: Busy["origin"], leastSeconds?: number): Row =>
  ({ word, retryAfterSeconds: wish }) =>
    busyFor(origin, word, wish === undefined ? leastSeconds : Math.max(wish, leastSeconds ?? 0));
const failing = busy("failing");
/** Google asks for a minute where it does not say: https://firebase.google.com/docs/cloud-messaging/scale-fcm */
const throttled = busy("throttled", 60);
const rejected: Row = ({ word: reason }) => ({ kind: "rejected", reason });
const tokenRefused: Row = ({ word, setting }) => ({
  kind: "token-refused",
  reason: `${setting}: Google does not let that account send (${word}): is the Firebase Cloud Messaging API enabled for its project, and may the account send?`,
});
const misconfigured =
  (advice: string): Row =>
  ({ word, setting }) => ({ kind: "misconfigured", reason: `${setting}: FCM refuses (${word}): ${advice}` });
/** A front end that fails may say so of anything: no device is forgotten for that. */
const gone: Row = (answer) => (answer.status < 500 ? { kind: "gone" } : failing(answer));

/** FCM has this one code for whatever is wrong with a request, and only words to tell a dead token and a large message from our faults. */
const invalidArgument: Row = (answer) => {
  const { fields, message, word: reason, hasNoParticulars } = answer;
  if (fields.includes("message.token") || /not a valid FCM registration token/i.test(message)) return gone(answer);
  // What was too large used to be told without any particulars. A tap that is refused like that as well is rejected.
  if (/too (big|large)/i.test(message) || hasNoParticulars) return { kind: "too-large", reason };
  return { kind: "rejected", reason };
};

const inBetween = misconfigured("is something between us and Google?");
const noSuchProject = misconfigured("is project_id the project's, and does it still exist? No device was given up");

const byHttpStatus: Row = (answer) => {
  const { status } = answer;
  if (status === 401 || status === 403) return tokenRefused(answer);
  if (status === 404) return noSuchProject(answer);
  if (status === 413) return { kind: "too-large", reason: answer.word };
  if (status === 429) return throttled(answer);
  if (status === 408 || status >= 500) return failing(answer);
  // Following a redirect would take our token somewhere unchecked; 405 and 410 say that this is not FCM's address.
  if (status < 400 || status === 405 || status === 410) return inBetween(answer);
  return rejected(answer);
};

/** `FcmError.errorCode`: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode and …/docs/cloud-messaging/error-codes */
const byErrorCode: Readonly<Record<string, Row>> = {
  UNSPECIFIED_ERROR: byHttpStatus,
  INVALID_ARGUMENT: invalidArgument,
  UNREGISTERED: gone,
  // The token is of another Firebase project's app. If that is so at many devices, it is our credential that is another's.
  SENDER_ID_MISMATCH: ({ word: reason }) => ({ kind: "rejected", reason, doubtsCredential: true }),
  QUOTA_EXCEEDED: throttled,
  UNAVAILABLE: failing,
  INTERNAL: failing,
  THIRD_PARTY_AUTH_ERROR: misconfigured(
    "the token is an iOS or web app's, for which the Firebase project has no valid key; this channel is for Android apps",
  ),
};

/** `google.rpc.Code`: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const byStatus: Readonly<Record<string, Row>> = {
  CANCELLED: failing,
  UNKNOWN: failing,
  INVALID_ARGUMENT: invalidArgument,
  DEADLINE_EXCEEDED: failing,
  NOT_FOUND: noSuchProject, // without UNREGISTERED it is not the device that was not found
  ALREADY_EXISTS: rejected,
  PERMISSION_DENIED: tokenRefused,
  UNAUTHENTICATED: tokenRefused,
  RESOURCE_EXHAUSTED: throttled,
  FAILED_PRECONDITION: rejected,
  ABORTED: failing,
  OUT_OF_RANGE: rejected,
  UNIMPLEMENTED: inBetween,
  INTERNAL: failing,
  UNAVAILABLE: failing,
  DATA_LOSS: failing,
};

/** The codes that have a row of their own. */
export const listed = { errorCodes: Object.keys(byErrorCode), statuses: Object.keys(byStatus) };

const wordOf = (status: number, { errorCode, status: named, infoReason, fields }: FcmFault): string =>
  [status, errorCode ?? named, infoReason, fields[0]].filter(Boolean).join(" ");
