import * as z from "zod";

const payloadSchema = z.object({ rawContent: z.string() });
const contentSchema = z.object({ notification: z.object({ id: z.string(), payload: payloadSchema.optional() }) });
const tapSchema = z.object({ changeType: z.literal("afsChangeNotification") });

type Understood = { readonly id?: string; readonly seen?: string };

/**
 * The notification a message carries, if it is one of the service's (contract section 5): its id, and what an app would show
 * of it. Any other text has neither.
 */
export const understand = (content: string): Understood => {
  const message = parsed(content);
  if (tapSchema.safeParse(message).success) return { seen: "(a tap: time to read the feed)" };
  const { notification } = contentSchema.safeParse(message).data ?? {};
  if (!notification) return {};
  const { id, payload } = notification;
  return payload ? { id, seen: payload.rawContent } : { id };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
