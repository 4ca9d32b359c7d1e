import * as z from "zod";

const channelID = z.string().regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, "must be a UUID in lower case");

const messageSchema = z.discriminatedUnion("messageType", [
  z.object({ messageType: z.literal("hello"), uaid: z.string().max(128).nullish() }),
  z.object({ messageType: z.literal("register"), channelID, key: z.string().nullish() }),
  z.object({ messageType: z.literal("unregister"), channelID, code: z.number().nullish() }),
  z.object({
    messageType: z.literal("ack"),
    /** One without a code was delivered, as in the protocol's first days. */
    updates: z.array(z.object({ channelID, version: z.string(), code: z.int().default(100) })),
  }),
  z.object({ messageType: z.literal("nack"), version: z.string(), code: z.number().nullish() }),
  z.object({ messageType: z.literal("broadcast_subscribe") }),
  z.object({ messageType: z.literal("ping") }),
]);

/** What a browser says to its push service. */
export type BrowserMessage = z.infer<typeof messageSchema>;

/** What it hears. `pushEndpoint` is empty when the registration was refused. */
export type ServiceMessage =
  | {
      readonly messageType: "hello";
      readonly status: 200;
      readonly uaid: string;
      readonly use_webpush: true;
      readonly broadcasts: Readonly<Record<string, never>>;
    }
  | {
      readonly messageType: "register";
      readonly channelID: string;
      readonly status: 200 | 400 | 409;
      readonly pushEndpoint: string;
      readonly error?: string;
    }
  | { readonly messageType: "unregister"; readonly channelID: string; readonly status: 200 }
  | { readonly messageType: "broadcast"; readonly broadcasts: Readonly<Record<string, never>> }
  | {
      readonly messageType: "notification";
      readonly channelID: string;
      readonly version: string;
      /** base64url; absent when the push had no body. */
      readonly data?: string;
      readonly headers?: { readonly encoding: "aes128gcm" };
    }
  | { readonly messageType?: never };

/** Reads what a browser says; what cannot be read comes back with the reason. An empty object is a ping. */
export const readBrowserMessage = (
  text: string,
):
  | { readonly kind: "said"; readonly said: BrowserMessage }
  | { readonly kind: "unreadable"; readonly reason: string } => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: "unreadable", reason: "That is not JSON." };
  }
  if (isEmptyObject(json)) return { kind: "said", said: { messageType: "ping" } };
  const read = messageSchema.safeParse(json);
  if (read.success) return { kind: "said", said: read.data };
  const faults = read.error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": "));
  return { kind: "unreadable", reason: faults.join("; ") };
};

const isEmptyObject = (json: unknown): boolean =>
  typeof json === "object" && json !== null && !Array.isArray(json) && Object.keys(json).length === 0;
