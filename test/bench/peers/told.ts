import { z } from "zod";
import type { PushControl } from "../../../infra/local/push/control-client.ts";

const rawContentBytes = 256;
const posted = /^bench-[0-9a-f-]{36}\.+$/;

/** What the app posts, to all sides alike: a mark by which it is found again, made as long as a short message with its data. */
export const rawContentOf = (mark: string): string => mark.padEnd(rawContentBytes, ".");

/** Our envelope (contract 5), and the one that their service sends. */
const envelopeSchema = z.union([
  z
    .object({ notification: z.object({ payload: z.object({ rawContent: z.string() }) }) })
    .transform(({ notification }) => notification.payload.rawContent),
  z.object({ id: z.string(), rawContent: z.string() }).transform(({ rawContent }) => rawContent),
]);

/** What the app posted, as a push's content brings it in its side's envelope; null when it is not that, to the letter. */
export const toldBy = (content: string | null): string | null => {
  const { data = "" } = envelopeSchema.safeParse(jsonIn(content ?? ""));
  return posted.test(data) && data.length === rawContentBytes ? data : null;
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The push service as it is, but that what came bent has no content, and so is no arrival. */
export const strict = (push: PushControl): PushControl => ({
  ...push,
  received: async (since) =>
    (await push.received(since)).map((received) => ({ ...received, content: toldBy(received.content) })),
});
