import * as z from "zod";
import type { PlatformType } from "../platform-type.ts";

/** What an app knows of one notification of its feed. */
export const knownSchema = z.object({
  id: z.string(),
  appNotificationId: z.string(),
  /** What a person would see of it. */
  content: z.string(),
  /** When its toast ends, epoch milliseconds. */
  displayUntil: z.number(),
  /** When it ends itself. */
  expiresAt: z.number(),
  /** Whether it is to be shown until then. */
  isWanted: z.boolean(),
});
export type Known = z.infer<typeof knownSchema>;

const payloadSchema = z.object({
  rawContent: z.string().optional(),
  visualContent: z.object({ title: z.string(), body: z.string().optional() }).optional(),
});
/** A notification of the feed (contract 4), as far as an app looks at it. */
export const entitySchema = z.object({
  id: z.string(),
  appNotificationId: z.string(),
  expirationDateTime: z.iso.datetime(),
  displayTimeToLive: z.number(),
  status: z.string(),
  readState: z.string(),
  userActionState: z.string(),
  targetPolicy: z.object({ platformTypes: z.array(z.string()) }),
  payload: payloadSchema,
});

/** What a person sees of drawn content. */
export const visualText = ({ title, body }: { readonly title: string; readonly body?: string | undefined }): string =>
  [title, body].filter(Boolean).join(": ");

/** What an app makes of a notification it read, `now` in epoch milliseconds: wanted is what the user has not seen to and what is meant for the platform. */
export const knownOf = (entity: z.infer<typeof entitySchema>, platformType: PlatformType, now: number): Known => {
  const { id, appNotificationId, payload, readState, userActionState, targetPolicy } = entity;
  const { rawContent = "", visualContent } = payload;
  const expiresAt = Date.parse(entity.expirationDateTime);
  return {
    id,
    appNotificationId,
    content: visualContent ? visualText(visualContent) : rawContent,
    // Whole seconds are told, rounded down: a toast may go up to a second too soon, never too late.
    displayUntil: visualContent ? Math.min(expiresAt, now + entity.displayTimeToLive * 1_000) : expiresAt,
    expiresAt,
    isWanted:
      entity.status !== "deleted" &&
      readState !== "read" &&
      userActionState !== "dismissed" &&
      targetPolicy.platformTypes.includes(platformType),
  };
};
