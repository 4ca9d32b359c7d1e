import webpush from "web-push";
import { milliseconds, type Clock } from "../../clock.ts";

/** The service's own key pair (RFC 8292), base64url, and the contact push services may complain to: a `mailto:` or https URL. */
export type Vapid = { readonly publicKey: string; readonly privateKey: string; readonly subject: string };

const lifeMs = 12 * milliseconds.hour; // RFC 8292 allows 24 hours
const renewAfterMs = 6 * milliseconds.hour;

/**
 * `Authorization` headers per push origin. Signing costs more than encrypting, and Apple asks for at most one new token an hour,
 * so each is kept for six hours.
 */
export const vapidHeaders = (vapid: Vapid, clock: Clock) => {
  const signed = new Map<string, { readonly header: string; readonly at: number }>();
  return {
    for: (origin: string): string => {
      const known = signed.get(origin);
      if (known && clock.now() - known.at < renewAfterMs) return known.header;
      const expiration = Math.floor((clock.now() + lifeMs) / 1_000);
      const { Authorization: header } = webpush.getVapidHeaders(
        origin,
        vapid.subject,
        vapid.publicKey,
        vapid.privateKey,
        "aes128gcm",
        expiration,
      );
      signed.set(origin, { header, at: clock.now() });
      return header;
    },
    /** A push service refused it: the next one is signed anew. */
    forget: (origin: string): void => void signed.delete(origin),
  };
};

export type VapidHeaders = ReturnType<typeof vapidHeaders>;
