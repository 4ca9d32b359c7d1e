import webpush from "web-push";
import { milliseconds, type Clock } from "../../clock.ts";

type KeyPair = { readonly publicKey: string; readonly privateKey: string };

/** The service's own key pair (RFC 8292), base64url, and the contact push services may complain to: a `mailto:` or https URL. */
export type Vapid = KeyPair & {
  readonly subject: string;
  /** The pair that is being retired: what browsers subscribed with before, and are pushed to with until they subscribe anew. */
  readonly previous?: KeyPair | undefined;
};

const lifeMs = 12 * milliseconds.hour; // RFC 8292 allows 24 hours
const renewAfterMs = 6 * milliseconds.hour;
/** However many hosts strangers find that are allowed, no more are remembered. */
const originsMost = 500;

/**
 * `Authorization` headers per push origin. Signing costs more than encrypting, and Apple asks for at most one new token an hour,
 * so each is kept for six hours.
 */
export const vapidHeaders = (vapid: Omit<Vapid, "previous">, clock: Clock) => {
  const signed = new Map<string, { readonly header: string; readonly at: number }>();
  /** A map keeps the order of insertion: the first is the one not used for longest. */
  const keep = (origin: string, one: { readonly header: string; readonly at: number }): void => {
    signed.delete(origin);
    signed.set(origin, one);
    for (const [first] of signed) if (signed.size > originsMost) signed.delete(first);
  };
  return {
    for: (origin: string): string => {
      const known = signed.get(origin);
      if (known && clock.now() - known.at < renewAfterMs) {
        keep(origin, known);
        return known.header;
      }
      const expiration = Math.floor((clock.now() + lifeMs) / 1_000);
      const { Authorization: header } = webpush.getVapidHeaders(
        origin,
        vapid.subject,
        vapid.publicKey,
        vapid.privateKey,
        "aes128gcm",
        expiration,
      );
      keep(origin, { header, at: clock.now() });
      return header;
    },
    /** A push service refused it: the next one is signed anew. */
    forget: (origin: string): void => void signed.delete(origin),
  };
};

export type VapidHeaders = ReturnType<typeof vapidHeaders>;
