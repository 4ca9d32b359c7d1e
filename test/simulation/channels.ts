import type { PlatformType } from "../../shared/notification/notification.ts";
import type { Channel, Subscription } from "../../shared/subscription/subscription.ts";

/** The address that a channel is, whatever it is called there. */
export const addressOf = (channel: Channel): string => {
  switch (channel.kind) {
    case "webpush":
      return channel.endpoint;
    case "wns":
      return channel.uri;
    case "fcm":
    case "apns":
      return channel.token;
  }
};

/** The push service behind it. */
export const originOf = ({ channel }: Subscription): string => {
  if (!channel) return "";
  return channel.kind === "webpush" || channel.kind === "wns" ? new URL(addressOf(channel)).origin : channel.kind;
};

/** A channel as a platform's devices have them, each another, with its address. */
export const channelOf = (
  platform: PlatformType,
  number: number,
  isFirstOrigin: boolean,
): { readonly address: string; readonly given: unknown } => {
  switch (platform) {
    case "WebPush": {
      const host = isFirstOrigin ? "fcm.googleapis.com" : "updates.push.services.mozilla.com";
      const endpoint = `https://${host}/push/${number}`;
      return { address: endpoint, given: { endpoint, keys } };
    }
    case "Windows": {
      const uri = `https://db5.notify.windows.com/?token=${number}`;
      return { address: uri, given: { uri } };
    }
    case "Android":
      return { address: `token-${number}`, given: { token: `token-${number}`, packageName: "com.contoso.app" } };
    case "iOS": {
      const token = number.toString(16).padStart(8, "0");
      return { address: token, given: { token, bundleId: "com.contoso.app", environment: "production" } };
    }
  }
};

/** The generator of P-256 is a public key as any other; nobody encrypts to it here. */
const generator =
  "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
  "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
const keys = {
  p256dh: Buffer.from(generator, "hex").toString("base64url"),
  auth: Buffer.alloc(16, 1).toString("base64url"),
};
