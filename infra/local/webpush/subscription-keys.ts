import { createECDH, randomBytes } from "node:crypto";
import * as z from "zod";

/** What only a virtual device knows of its subscription, all base64url. */
export const subscriptionKeysSchema = z.object({
  /** Those that were stored before there were real browsers do not say it. */
  kind: z.literal("virtual").default("virtual"),
  privateKey: z.string(),
  /** What `channel.keys` shows: the uncompressed public key, and the authentication secret. */
  p256dh: z.string(),
  auth: z.string(),
  /** The only VAPID key that may push to it, or null for any sender (RFC 8292 section 4). */
  applicationServerKey: z.string().nullable(),
});
export type SubscriptionKeys = z.infer<typeof subscriptionKeysSchema>;

/** What a browser makes when a page subscribes (RFC 8291 section 3.1). */
export const newSubscriptionKeys = (applicationServerKey: string | null): SubscriptionKeys => {
  const keyPair = createECDH("prime256v1");
  const p256dh = keyPair.generateKeys("base64url");
  const auth = randomBytes(16).toString("base64url");
  return { kind: "virtual", privateKey: keyPair.getPrivateKey("base64url"), p256dh, auth, applicationServerKey };
};

/** A P-256 public key as Web Push writes it, without padding; undefined when the text is not the uncompressed form of one. */
export const canonicalPublicKey = (text: string): string | undefined => {
  const bytes = Buffer.from(text, "base64url");
  if (!/^[\w-]+=*$/.test(text) || bytes.length !== 65 || bytes[0] !== 4) return undefined;
  return bytes.toString("base64url");
};
