import * as z from "zod";
import { platformTypes } from "../../../shared/notification/notification.ts";
import { notificationTypes } from "../../../shared/subscription/subscription.ts";
import { acceptedAnswer, entityAnswer } from "./answers.ts";

const { id, "@odata.etag": _, ...stored } = entityAnswer.shape;

const push = z
  .strictObject({
    form: z
      .enum(["visual", "raw", "tap"])
      .describe("Drawn by the system, content for the app, or the word that there is something to fetch."),
    tapBecause: z
      .enum(["asked", "too-large", "display-ended"])
      .exactOptional()
      .describe("Why content goes as a tap, where it does."),
    headers: z.record(z.string(), z.string()).describe("As the vendor reads them; without address and credential."),
    body: z.string().describe("To the byte; before encryption, where there is one."),
    bytes: z.int().describe("What counts against the platform's limit."),
    bytesMax: z.int().describe("The platform's limit."),
  })
  .describe("What the vendor would be told.");

const rehearsed = z.strictObject({
  subscriptionId: z.string(),
  platformType: z.enum(platformTypes),
  displayName: z
    .string()
    .nullable()
    .describe("For the user themselves, and for the app role Notifications.Admin; else null."),
  notificationType: z.enum(notificationTypes),
  channelState: z.enum(["active", "gone"]),
  isTold: z.boolean(),
  explanation: z.string().describe("What it gets, or why nothing: a sentence for people."),
  push: push.exactOptional(),
});

export const dryRunAnswer = z
  .strictObject({
    dryRun: z.literal(true),
    status: z.union([z.literal(201), z.literal(200)]).describe("What the POST would be answered."),
    notification: z
      .strictObject({ id: id.exactOptional().describe("Of the live one that would be replaced."), ...stored })
      .describe("As it would be stored. A new one has no id yet; what stands for it in the pushes is made up."),
    deliveries: z.array(rehearsed).describe("Each device of the user."),
    fallback: z
      .strictObject({ dueDateTime: z.iso.datetime(), deliveries: z.array(rehearsed) })
      .nullable()
      .describe("The alert of fallbackPolicy, and each iOS device; null without one."),
  })
  .describe("What a POST would do. Nothing was stored, sent or remembered.");

export const acceptedOrDryRunAnswer = z.union([acceptedAnswer, dryRunAnswer]);
