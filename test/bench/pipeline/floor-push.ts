import { Pool } from "undici";
import webpush from "web-push";
import { z } from "zod";
import type { LocalStack } from "../../support/stack.ts";
import type { VapidKeys } from "./plain-loop.ts";

const channelSchema = z.object({ endpoint: z.string(), keys: z.object({ p256dh: z.string(), auth: z.string() }) });

/** A push as `bench -- delivery` calls it near the limit: the library's encryption, one VAPID header, a kept connection. */
export const floorPush = (stack: LocalStack, { publicKey, privateKey }: VapidKeys, connections: number) => {
  const { url, ca } = stack.stack.webpush;
  const pool = new Pool(url, { connections, connect: { ca } });
  const subject = "mailto:bench@fanfare.example";
  const { Authorization } = webpush.getVapidHeaders(url, subject, publicKey, privateKey, "aes128gcm");
  /** Resolves when the push service has taken it; rejects otherwise. */
  const push = async (channel: unknown, text: string): Promise<void> => {
    const { endpoint, keys } = channelSchema.parse(channel);
    const { cipherText } = webpush.encrypt(keys.p256dh, keys.auth, text, "aes128gcm");
    const { statusCode, body } = await pool.request({
      path: endpoint.slice(url.length),
      method: "POST",
      headers: {
        authorization: Authorization,
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        ttl: "3600",
        urgency: "normal",
      },
      body: cipherText,
    });
    await body.dump();
    if (statusCode !== 201) throw new Error(`A push was answered ${statusCode}.`);
  };
  return Object.assign(push, { close: () => pool.close() });
};
