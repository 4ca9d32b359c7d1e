import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";

export const registrationSchema = z.object({
  /** Whose channel it is: the package's name, or null for the app whose account may send. */
  packageName: z.string().nullable().default(null),
});
/** What WNS knows of an app on a PC. */
export type Registration = z.infer<typeof registrationSchema>;

/**
 * A channel's token as it stands in its URI. Microsoft's have escapes in small letters, which a sender must leave as they are: a channel
 * is an opaque text. https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/wns-overview
 */
export const newChannelToken = (): string =>
  `AwYAAAB${randomBytes(96).toString("base64")}==`.replaceAll(/[+/=]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);

/** The token in a request's path as it came; undefined where the path is none of a channel. */
export const channelTokenIn = (url: string): string | undefined => /^\/\?token=([\w%.~-]+)$/.exec(url)?.[1];

/**
 * Whether a toast is that notification's: what an app on Windows computes, for a toast that opens something by its protocol has no place
 * for the notification's id. The tag is as `readPushHeaders` gives it, behind its group.
 */
export const isTagOf = (
  tag: string,
  { targetHostName, appNotificationId }: { readonly targetHostName: string; readonly appNotificationId: string },
): boolean => {
  const named = JSON.stringify(["topic", targetHostName, appNotificationId]);
  return tag.slice(tag.indexOf(".") + 1) === createHash("sha256").update(named).digest("hex").slice(0, 16);
};
