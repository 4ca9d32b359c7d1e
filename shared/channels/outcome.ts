/**
 * What became of one attempt to reach one device, in our words; each channel's `response.ts` translates its vendor's.
 * Returned, never thrown: a device's "no" is an answer.
 */
export type Outcome =
  | { readonly kind: "delivered" }
  /** The channel is dead for good: forget it. */
  | { readonly kind: "gone" }
  /** Not now. `retryAfterSeconds` is the vendor's own wish, never undercut. */
  | { readonly kind: "busy"; readonly reason: string; readonly retryAfterSeconds?: number }
  /** This message will not do, however often it is sent. */
  | { readonly kind: "rejected"; readonly reason: string }
  /** Our credential or setting is wrong, not the device: keep the channel, hold its deliveries. */
  | { readonly kind: "misconfigured"; readonly reason: string };

/** The vendor's `Retry-After` in seconds (RFC 9110, section 10.2.3: seconds or a date), undefined when absent or unreadable. */
export const retryAfterSecondsOf = (header: string | undefined, now: number): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1_000));
};
