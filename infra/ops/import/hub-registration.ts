import { refusedFor, textOf, type Understood } from "./entry.ts";
import { hubEntry, inBraces, type HubOptions } from "./hub-entry.ts";
import { isOver } from "./hub-installation.ts";
import { registrationIn } from "./registration-xml.ts";

/** Where a platform's registration has its channel. */
const handles: Readonly<Record<string, string>> = {
  windows: "ChannelUri",
  apple: "DeviceToken",
  gcm: "GcmRegistrationId",
  fcm: "FcmRegistrationId",
  fcmv1: "FcmV1RegistrationId",
};

/**
 * Reads one line of what a hub's export of registrations wrote: XML, one registration each. The element is `RegistrationDescription` with
 * an `i:type`, or is itself named by its type, or stands in an Atom entry; a number and a comma may stand before it. A template's
 * registration has the same channel as its device's others; the template itself is left behind.
 * https://learn.microsoft.com/azure/notification-hubs/export-modify-registrations-bulk
 */
export const hubRegistration = (line: string, options: HubOptions, now: number): Understood => {
  const found = registrationIn(line.replace(/^\d+,/, ""));
  if (found === undefined) return refusedFor("it is no registration in XML");
  const { type, texts } = found;
  const text = (name: string): string | undefined => textOf(texts[name]);
  if (isOver(text("ExpirationTime"), now)) return refusedFor("it had expired at the hub");
  const platform = type.replace(/Template$/, "").toLowerCase();
  const tags = (text("Tags") ?? "").split(",").map((tag) => tag.trim());
  const [installationId] = tags.flatMap((tag) => inBraces(tag, "InstallationId") ?? []);
  return hubEntry(
    {
      id: installationId ?? text("RegistrationId"),
      deviceId: installationId,
      platform,
      handle: Object.hasOwn(handles, platform) ? text(handles[platform] ?? "") : undefined,
      ...(platform === "browser" && {
        browser: { endpoint: text("Endpoint"), p256dh: text("P256DH"), auth: text("Auth") },
      }),
      userId: undefined,
      tags,
    },
    options,
  );
};
