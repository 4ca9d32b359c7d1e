/**
 * What became of one attempt to reach one device, in our words; each channel's `response.ts` translates its vendor's.
 * Returned, never thrown: a device's "no" is an answer.
 */
export type Outcome =
  | { readonly kind: "delivered" }
  /** The channel is dead for good: forget it. */
  | { readonly kind: "gone" }
  /** Not now. */
  | Busy
  /** This message will not do, however often it is sent. */
  | {
      readonly kind: "rejected";
      readonly reason: string;
      /** The same answer at many devices would mean that our credential is wrong, and not they. */
      readonly doubtsCredential?: true;
    }
  /** Our credential or setting is wrong, not the device: keep the channel, hold its deliveries. */
  | Misconfigured;

type Misconfigured = {
  readonly kind: "misconfigured";
  /** What is to be mended, for the operator. */
  readonly reason: string;
  /** Found out before the push origin was asked. */
  readonly origin?: "elsewhere";
};

export type Busy = {
  readonly kind: "busy";
  readonly reason: string;
  /** The vendor's own wish, never undercut. */
  readonly retryAfterSeconds?: number;
  /**
   * What it tells of the push origin: it wants less from us (`throttled`), it answers but cannot serve (`failing`), it does not answer at
   * all (`silent`), or nothing: what keeps it lies `elsewhere`, with a token that is not to be had yet, or with this one device.
   */
  readonly origin: "throttled" | "failing" | "silent" | "elsewhere";
};

/** Not now, and not before the vendor's own wish, where it has one. */
export const busyFor = (origin: Busy["origin"], reason: string, retryAfterSeconds?: number): Busy => ({
  kind: "busy",
  origin,
  reason,
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});

/** Our credential is of no use, as is known without asking the push origin. */
export const unusable = (reason: string): Misconfigured => ({ kind: "misconfigured", origin: "elsewhere", reason });

/** Whether it tells nothing of the push origin. */
export const liesElsewhere = (outcome: Outcome): boolean => "origin" in outcome && outcome.origin === "elsewhere";

/**
 * The vendor's `Retry-After` in seconds (RFC 9110, section 10.2.3: seconds or a date), the longest of several; undefined when absent or
 * unreadable. It may be infinite.
 */
export const retryAfterSecondsOf = (
  header: string | readonly string[] | undefined,
  now: number,
): number | undefined => {
  const wishes = [header ?? []].flat().flatMap((one) => secondsOf(one.trim(), now) ?? []);
  return wishes.length > 0 ? Math.max(...wishes) : undefined;
};

const secondsOf = (given: string, now: number): number | undefined => {
  if (/^\d+$/.test(given)) return Number(given);
  const date = httpDateOf(given);
  return date === undefined ? undefined : Math.max(0, Math.ceil((date - now) / 1_000));
};

const datesWithZone = [
  /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/,
  /^\w{6,9}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT$/, // RFC 850
];
const dateOfAsctime = /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/; // UTC, though it does not say so

/** The three forms of RFC 9110, section 5.6.7, and no others: `Date.parse` makes a date of nearly any text with a number in it. */
const httpDateOf = (text: string): number | undefined => {
  const zoned = dateOfAsctime.test(text) ? `${text} GMT` : text;
  if (zoned === text && !datesWithZone.some((form) => form.test(text))) return undefined;
  const date = Date.parse(zoned);
  return Number.isNaN(date) ? undefined : date;
};
