import * as z from "zod";

const contentSchema = z.object({
  id: z.string(),
  appNotificationId: z.string(),
  expirationDateTime: z.iso.datetime(),
  payload: z.object({ rawContent: z.string() }),
});
/** Android's data has nothing but texts, so there the notification is JSON within JSON. */
const fromText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is not JSON" });
    return z.NEVER;
  }
});
const envelopeSchema = z.discriminatedUnion("changeType", [
  z.object({
    changeType: z.literal("afsChange"),
    newETag: z.string(),
    baseETag: z.string(),
    notification: z.union([fromText.pipe(contentSchema), contentSchema]),
  }),
  z.object({ changeType: z.literal("afsChangeNotification"), newETag: z.string(), baseETag: z.string() }),
]);

/** The original's push message (contract 5). */
export type Envelope = z.infer<typeof envelopeSchema>;

/** Reads what an app was run for; undefined when it is no such message. */
export const readEnvelope = (text: string): Envelope | undefined => fromText.pipe(envelopeSchema).safeParse(text).data;
