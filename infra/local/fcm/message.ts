import * as z from "zod";
import { readProto, type Kind } from "./proto-json.ts";
import { invalidMembers, type Refusal } from "./refusal.ts";

const text: Kind = { is: "string" };
const bool: Kind = { is: "bool" };
const any: Kind = { is: "any" };
const texts: Kind = { is: "list", of: text };
const message = (members: Readonly<Record<string, Kind>>): Kind => ({ is: "message", members });
const oneOf = (type: string, ...values: readonly string[]): Kind => ({
  is: "enum",
  type: `type.googleapis.com/google.firebase.fcm.v1.${type}`,
  values,
});

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages; what is other platforms' is taken as it comes. */
const requestKind = message({
  validate_only: bool,
  message: message({
    name: text,
    data: { is: "map" },
    notification: message({ title: text, body: text, image: text }),
    android: message({
      collapse_key: text,
      priority: oneOf("AndroidConfig.AndroidMessagePriority", "NORMAL", "HIGH"),
      ttl: { is: "duration" },
      restricted_package_name: text,
      data: { is: "map" },
      notification: message({
        ...{ title: text, body: text, icon: text, color: text, sound: text, tag: text, click_action: text },
        ...{ body_loc_key: text, body_loc_args: texts, title_loc_key: text, title_loc_args: texts },
        ...{ channel_id: text, ticker: text, sticky: bool, event_time: text, local_only: bool, image: text },
        ...{ default_sound: bool, default_vibrate_timings: bool, default_light_settings: bool },
        ...{ vibrate_timings: { is: "list", of: { is: "duration" } }, light_settings: any },
        notification_priority: oneOf(
          "AndroidNotification.NotificationPriority",
          ...[
            "PRIORITY_UNSPECIFIED",
            "PRIORITY_MIN",
            "PRIORITY_LOW",
            "PRIORITY_DEFAULT",
            "PRIORITY_HIGH",
            "PRIORITY_MAX",
          ],
        ),
        visibility: oneOf("AndroidNotification.Visibility", "VISIBILITY_UNSPECIFIED", "PRIVATE", "PUBLIC", "SECRET"),
        notification_count: { is: "int32" },
        bypass_proxy_notification: bool,
        proxy: oneOf("AndroidNotification.Proxy", "PROXY_UNSPECIFIED", "ALLOW", "DENY", "IF_PRIORITY_LOWERED"),
      }),
      fcm_options: message({ analytics_label: text }),
      direct_boot_ok: bool,
      bandwidth_constrained_ok: bool,
      restricted_satellite_ok: bool,
    }),
    webpush: any,
    apns: any,
    fcm_options: message({ analytics_label: text }),
    token: text,
    topic: text,
    condition: text,
  }),
});

/** What matters here of a request that has the right form. */
const requestSchema = z.object({
  validate_only: z.boolean().default(false),
  message: z.object({
    token: z.string().optional(),
    topic: z.string().optional(),
    condition: z.string().optional(),
    data: z.record(z.string(), z.string()).default({}),
    notification: z.record(z.string(), z.string()).optional(),
    android: z
      .object({
        collapse_key: z.string().optional(),
        ttl: z.string().optional(),
        restricted_package_name: z.string().optional(),
        data: z.record(z.string(), z.string()).optional(),
        notification: z.record(z.string(), z.unknown()).optional(),
      })
      .prefault({}),
  }),
});

/** A message that has the right form, and whether it is only to be checked. */
export type FcmRequest = z.infer<typeof requestSchema>;
export type FcmMessage = FcmRequest["message"];

/** Reads the body of a push as Google's front end does: its form alone. */
export const readRequest = (body: string): FcmRequest | Refusal => {
  const given = parsed(body);
  if (given === undefined) {
    return invalidMembers("bad-json", [{ description: "Invalid JSON payload received. Unexpected token." }]);
  }
  const { value, violations } = readProto(requestKind, given);
  if (violations.length > 0) return invalidMembers("bad-json", violations);
  const request = requestSchema.safeParse(value);
  return request.success ? request.data : { kind: "invalid-argument", message: "Recipient of the message is not set." };
};

/** The data the app gets: Android's own take the place of those for all platforms. */
export const dataOf = ({ data, android }: FcmMessage): Readonly<Record<string, string>> => android.data ?? data;

/** What the system draws, if it does: Android's own members take the place of those for all platforms. */
export const drawnOf = ({ notification, android }: FcmMessage): Readonly<Record<string, unknown>> | undefined =>
  notification || android.notification ? { ...notification, ...android.notification } : undefined;

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
