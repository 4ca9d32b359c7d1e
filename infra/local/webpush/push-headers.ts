import type { IncomingHttpHeaders } from "node:http";
import type { Refusal } from "./refusal.ts";

/** How a push message is to be treated (RFC 8030 section 5). */
export type PushHeaders = {
  readonly kind: "accepted";
  /** Seconds to keep it for a device that is offline; at most 28 days, whatever was asked. */
  readonly ttlSeconds: number;
  readonly topic?: string;
};

const ttlSecondsMax = 28 * 24 * 60 * 60;
const urgencies = ["very-low", "low", "normal", "high"];

/** Reads the headers of a push whose body has so many bytes, or tells the first thing that is wrong with them. */
export const readPushHeaders = (headers: IncomingHttpHeaders, bodyBytes: number): PushHeaders | Refusal => {
  const { ttl, topic, urgency = "normal" } = headers;
  if (typeof ttl !== "string") return { kind: "no-ttl", message: "The TTL header is missing." };
  if (!/^\d+$/.test(ttl)) return { kind: "bad-ttl", message: "TTL must be a number of seconds, 0 or more." };
  if (topic !== undefined && !isTopic(topic)) {
    return { kind: "bad-topic", message: "Topic must be 1 to 32 characters of the base64url alphabet." };
  }
  if (typeof urgency !== "string" || !urgencies.includes(urgency)) {
    return { kind: "bad-urgency", message: `Urgency must be one of ${urgencies.join(", ")}.` };
  }
  const ttlSeconds = Math.min(Number(ttl), ttlSecondsMax);
  const accepted = { kind: "accepted", ttlSeconds, ...(topic !== undefined && { topic }) } as const;
  return (bodyBytes > 0 ? encryptionRefusal(headers) : undefined) ?? accepted;
};

const isTopic = (topic: string | string[]): topic is string => typeof topic === "string" && /^[\w-]{1,32}$/.test(topic);

/** Only the encoding of RFC 8291, whose keys are in the body; the drafts before it had them in these headers. */
const encryptionRefusal = (headers: IncomingHttpHeaders): Refusal | undefined => {
  const encoding = headers["content-encoding"];
  if (encoding === undefined) return { kind: "bad-encryption", message: "The Content-Encoding header is missing." };
  if (encoding !== "aes128gcm") return { kind: "bad-encryption", message: "Content-Encoding must be aes128gcm." };
  if (/\bsalt=/.test(String(headers.encryption)) || /\bdh=/.test(String(headers["crypto-key"]))) {
    return { kind: "bad-encryption", message: "Encryption and Crypto-Key do not go with aes128gcm." };
  }
  return undefined;
};
