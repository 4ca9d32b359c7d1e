import { busyFor, retryAfterSecondsOf, type Busy, type Outcome } from "../outcome.ts";

/** What WNS answered, cut down to what matters; the headers by their names in lower case. */
export type WnsResponse = {
  readonly status: number;
  /** The reason phrase: of the two kinds of 410 it tells which. */
  readonly statusText?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
};

/** Not outcomes yet: the sender answers the first with a tap, and the second with a new token, once. */
type Verdict = Outcome | { readonly kind: "tap-instead"; readonly reason: string } | { readonly kind: "token-refused" };

type Row = (answer: { readonly reason: string; readonly response: WnsResponse; readonly now: number }) => Verdict;

const rejected: Row = ({ reason }) => ({ kind: "rejected", reason });
const gone: Row = () => ({ kind: "gone" });
const tapInstead: Row = ({ reason }) => ({ kind: "tap-instead", reason });
const busy =
  (origin: Busy["origin"]): Row =>
  ({ reason, response: { headers }, now }) => {
    const wishes = [headers["retry-after"] ?? [], headers["x-wns-continue-after"] ?? []].flat();
    return busyFor(origin, reason, retryAfterSecondsOf(wishes, now));
  };

/** What became of a notification that WNS answers with 200 (`X-WNS-Status`). */
const ofStatus: Readonly<Record<string, Row>> = {
  received: () => ({ kind: "delivered" }),
  // By the page, WNS also drops a toast for a PC that is offline. What is kept for such a PC is a tap.
  dropped: (answer) => (isOffline(answer.response) ? tapInstead(answer) : rejected(answer)),
  channelthrottled: busy("throttled"),
};

const ofCode: Readonly<Record<number, Row>> = {
  200: (answer) => (ofStatus[wordOf(answer.response)] ?? rejected)(answer),
  400: rejected, // a header or the content is wrong, and will be the next time
  401: () => ({ kind: "token-refused" }),
  403: ({ reason }) => ({ kind: "rejected", reason, doubtsCredential: true }), // the channel is another app's, or our credential is
  404: gone,
  405: rejected,
  406: busy("throttled"),
  408: busy("failing"), // somebody on the way lost patience before us
  410: (answer) => (isBlocked(answer.response) ? blocked : gone(answer)),
  413: tapInstead,
  429: busy("throttled"),
  500: busy("failing"),
  503: busy("failing"),
};

/**
 * The answers of WNS as one table. `now` (epoch milliseconds) turns a Retry-After date into seconds.
 * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers
 */
export const verdictOf = (response: WnsResponse, now: number): Verdict => {
  const answer = { reason: reasonOf(response), response, now };
  const row = ofCode[response.status] ?? rowBeyond(response.status);
  return row(answer);
};

const rowBeyond = (status: number): Row => {
  if (status > 500) return busy("failing");
  return status >= 300 && status < 400 ? redirected : rejected;
};

/** No answer of WNS': to follow it would take our token somewhere unchecked, and the channel is none the worse for it. */
const redirected: Row = ({ response: { status } }) => ({
  kind: "misconfigured",
  reason: `${status} from the place of WNS: is something between us and Microsoft?`,
});

/** The codes and words that have a row of their own. */
export const listed = {
  codes: Object.keys(ofCode).map(Number),
  words: Object.keys(ofStatus),
};

const headerOf = ({ headers }: WnsResponse, name: string): string => [headers[name] ?? ""].flat().join(",");

/** Older answers have it in the other header, and some in neither. */
const wordOf = (response: WnsResponse): string =>
  (headerOf(response, "x-wns-status") || headerOf(response, "x-wns-notificationstatus") || "received").toLowerCase();

const isOffline = (response: WnsResponse): boolean =>
  /^(temp)?disconnected$/i.test(headerOf(response, "x-wns-deviceconnectionstatus"));

/** "410 Domain Blocked": nothing is wrong with the channel, and forgetting all of them would be the end of us. */
const isBlocked = (response: WnsResponse): boolean =>
  /\bdomain\b.*\bblocked\b/i.test(`${response.statusText ?? ""} ${headerOf(response, "x-wns-error-description")}`);
const blocked: Outcome = {
  kind: "misconfigured",
  reason: "410 Domain Blocked: WNS blocks this sender for abuse; ask Microsoft to lift that",
};

const descriptionLengthMax = 120;

/** The status, and what WNS says is wrong; without whatever could be the channel's URI or a token of it, which are secrets. */
const reasonOf = (response: WnsResponse): string => {
  const { status } = response;
  const word = status === 200 ? wordOf(response) : "";
  const description = headerOf(response, "x-wns-error-description")
    .replaceAll(/[a-z]+:\/\/\S+/gi, "…")
    .replaceAll(/[^\s'"(),]{25,}/g, "…")
    .replaceAll(/[^\x20-\x7e\u2026]/g, "")
    .slice(0, descriptionLengthMax)
    .trim();
  return [status, word, description].filter(Boolean).join(" ");
};
