import * as z from "zod";
import type { Pushed } from "../push/virtual-apps.ts";
import { refused, type Refusal } from "./refusal.ts";

/** What a push says. */
export type Payload = {
  readonly kind: "payload";
  /** Whether it shows, sounds or marks anything: what makes it an alert. */
  readonly alerts: boolean;
  /** Whether the app is run for it (`content-available`). */
  readonly wakesApp: boolean;
  /** What the system shows. */
  readonly drawn: Pushed["drawn"];
  /** What the app is handed when it is run, as JSON: the members that stand beside `aps`. */
  readonly handed: string | undefined;
};

export const payloadBytesMax = 4_096;

const alertSchema = z.union([
  z.string().transform((body) => ({ title: "", body })),
  z.object({ title: z.string().default(""), subtitle: z.string().optional(), body: z.string().optional() }),
]);
const payloadSchema = z.looseObject({
  aps: z.object({
    alert: alertSchema.optional(),
    sound: z.unknown().optional(),
    badge: z.unknown().optional(),
    "content-available": z.unknown().optional(),
  }),
  notificationId: z.string().optional().catch(undefined),
});
/**
 * Reads a body. Apple has no word for a body that is no JSON object, or has no `aps` in it, and takes some of
 * that in silence; here it is as good as empty.
 * https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
 */
export const readPayload = (body: Buffer): Payload | Refusal => {
  if (body.length === 0) return refused("PayloadEmpty", "The body is empty.");
  const { data: payload } = payloadSchema.safeParse(parsedJson(body));
  if (!payload) return refused("PayloadEmpty", "The body must be a JSON object with an aps dictionary in it.");
  const { aps, ...beside } = payload;
  const { notificationId } = beside;
  const wakesApp = aps["content-available"] === 1;
  return {
    kind: "payload",
    alerts: [aps.alert, aps.sound, aps.badge].some((member) => member !== undefined),
    wakesApp,
    drawn: aps.alert && {
      title: aps.alert.title,
      ...(aps.alert.body !== undefined && { body: aps.alert.body }),
      ...(notificationId !== undefined && { id: notificationId }),
    },
    handed: wakesApp ? JSON.stringify(beside) : undefined,
  };
};

const parsedJson = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
};
