import { ECDH } from "node:crypto";
import * as z from "zod";
import { anyCase, member, members, required } from "../members.ts";
import type { PlatformType } from "../notification/notification.ts";
import type { Fault } from "../problem.ts";
import { endpointFault, wnsHostsOf, type PushHosts } from "./push-hosts.ts";
import type { Channel } from "./subscription.ts";

/** A channel as a client gave it, and when it ends by itself: epoch milliseconds, null if the push service does not say. */
type GivenChannel = {
  readonly channel: Channel;
  readonly expiresAt: number | null;
  /** The key a browser subscribed with, base64url without padding; undefined if the client does not say. */
  readonly applicationServerKey?: string | undefined;
};

const urlLengthMax = 2_048;
const publicKeyBytes = 65;
const authSecretBytes = 16;

/** A form has no flags: the API's description shows its source. */
const matching = (form: RegExp, wrong: string) => z.string({ error: required(wrong) }).regex(form, wrong);

const url = z
  .string({ error: required(`must be a URL of at most ${urlLengthMax} characters`) })
  .min(1, `must be a URL of at most ${urlLengthMax} characters`)
  .max(urlLengthMax, `must be a URL of at most ${urlLengthMax} characters`);
const expirationTime = z.number({ error: "must be milliseconds since 1970, or null" }).optional();
const expiresAtOf = (given: number | undefined): number | null => (given === undefined ? null : Math.floor(given));

const notAPoint = "must be an uncompressed P-256 public key, base64url";
const notASecret = "must be 16 bytes, base64url";

/** Base64 in either alphabet, padded or not: browsers and libraries differ. */
const bytesOf = (text: string): Buffer =>
  /^[\w+/-]*={0,2}$/.test(text) ? Buffer.from(text, "base64url") : Buffer.alloc(0);
const base64url = (text: string): string => bytesOf(text).toString("base64url");

const isPublicKey = (text: string): boolean => {
  const key = bytesOf(text);
  if (key.length !== publicKeyBytes || key[0] !== 4) return false;
  try {
    ECDH.convertKey(key, "prime256v1", undefined, undefined, "compressed");
    return true;
  } catch {
    return false; // 65 bytes, but not a point of the curve
  }
};

const publicKey = z
  .string({ error: required(notAPoint) })
  .refine(isPublicKey, { error: notAPoint })
  .meta({ pattern: "^[\\w+/-]{87}={0,2}$" });

/** How each platform's channel looks, and the member that no other platform's has. */
const forms: Readonly<Record<PlatformType, { readonly shape: string; readonly mark: string }>> = {
  WebPush: { shape: "an object with endpoint and keys", mark: "endpoint" },
  Windows: { shape: "an object with uri", mark: "uri" },
  Android: { shape: "an object with token and packageName", mark: "packageName" },
  iOS: { shape: "an object with token, bundleId and environment", mark: "bundleId" },
};
const mustBe = (platformType: PlatformType): string => `must be ${forms[platformType].shape}`;

const webPush = members(
  {
    endpoint: url,
    keys: members(
      {
        p256dh: publicKey,
        auth: z
          .string({ error: required(notASecret) })
          .refine((text) => bytesOf(text).length === authSecretBytes, { error: notASecret })
          .meta({ pattern: "^[\\w+/-]{22}={0,2}$" }),
      },
      "must be an object with p256dh and auth",
    ),
    applicationServerKey: publicKey.optional(),
    expirationTime,
  },
  mustBe("WebPush"),
).transform(({ endpoint, keys, applicationServerKey, expirationTime: ends }): GivenChannel => {
  const kept = { p256dh: base64url(keys.p256dh), auth: base64url(keys.auth) };
  return {
    channel: { kind: "webpush", endpoint, keys: kept }, // and not the server's key: the channel is the same whether it is said or not
    expiresAt: expiresAtOf(ends),
    applicationServerKey: applicationServerKey === undefined ? undefined : base64url(applicationServerKey),
  };
});

/** WNS channels end after 30 days, whatever was sent: a client that says when is not promised more. */
const windows = members({ uri: url, expirationTime }, mustBe("Windows")).transform(
  ({ uri, expirationTime: ends }): GivenChannel => ({ channel: { kind: "wns", uri }, expiresAt: expiresAtOf(ends) }),
);

const android = members(
  {
    // Opaque, and some 160 characters today; Google promises neither.
    token: matching(/^[\x21-\x7e]{1,4096}$/, "must be a registration token: 1 to 4096 visible ASCII characters"),
    packageName: matching(
      /^(?=.{1,255}$)[A-Za-z]\w*(\.[A-Za-z]\w*)+$/,
      "must be an Android application id of at most 255 characters, such as com.contoso.app",
    ),
  },
  mustBe("Android"),
).transform((given): GivenChannel => ({ channel: { kind: "fcm", ...given }, expiresAt: null }));

const ios = members(
  {
    // 32 bytes today; Apple says not to rely on it. https://developer.apple.com/documentation/usernotifications
    token: matching(
      /^([\dA-Fa-f]{2}){1,100}$/,
      "must be a device token in hexadecimal: 2 to 200 digits, an even number",
    ).toLowerCase(),
    bundleId: matching(/^[A-Za-z\d.-]{1,155}$/, "must be a bundle id: 1 to 155 letters, digits, hyphens and dots"),
    environment: anyCase(["production", "sandbox"], "must be production or sandbox"),
  },
  mustBe("iOS"),
).transform((given): GivenChannel => ({ channel: { kind: "apns", ...given }, expiresAt: null }));

/** What a platform's devices give as `channel` (contract 3). A null or missing one is a fault, too: "is required". */
export const channelSchemas = { WebPush: webPush, Windows: windows, Android: android, iOS: ios } as const;

/** The platform whose channel this evidently is, if it is another's than the one that was named. Told alone: its members' own faults would mislead. */
export const strangeChannelFault = (platformType: PlatformType, given: unknown): Fault | undefined => {
  if (member(given, forms[platformType].mark) !== undefined) return undefined;
  const other = Object.entries(forms).find(([, { mark }]) => member(given, mark) !== undefined)?.[0];
  if (other === undefined) return undefined;
  const message = `${mustBe(platformType)}: that is what ${platformType} takes, and this is ${other}'s`;
  return { code: "Invalid", target: "channel", message };
};

/** A fault if pushes must not go there. The allowed hosts are a setting, hence no part of the schema. */
export const addressFault = (platformType: PlatformType, given: unknown, pushHosts: PushHosts): Fault | undefined => {
  if (platformType !== "WebPush" && platformType !== "Windows") return undefined;
  const { mark } = forms[platformType];
  const address = url.safeParse(member(given, mark));
  const hosts = platformType === "Windows" ? wnsHostsOf(pushHosts) : pushHosts;
  const message = address.success ? endpointFault(address.data, hosts) : undefined;
  return message === undefined ? undefined : { code: "Invalid", target: `channel.${mark}`, message };
};
