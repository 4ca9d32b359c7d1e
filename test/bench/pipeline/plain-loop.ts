import { globalAgent } from "node:https";
import webpush from "web-push";
import { z } from "zod";
import type { LocalStack } from "../../support/stack.ts";
import { newMark } from "./arrivals.ts";
import { concurrently } from "./concurrently.ts";
import type { Accepted, Sent } from "./figures.ts";
import type { Load } from "./through-api.ts";

const channelSchema = z.object({ endpoint: z.string(), keys: z.object({ p256dh: z.string(), auth: z.string() }) });

export type VapidKeys = { readonly publicKey: string; readonly privateKey: string };

/**
 * What one would write without Fanfare: `sendNotification` for each device, in this process, so many at once. The library as
 * it comes: Node's own https agent, which keeps connections, and a VAPID token signed for each push.
 */
export const plainLoop = (stack: LocalStack, vapid: VapidKeys) => {
  globalAgent.options.ca = stack.stack.webpush.ca;
  const vapidDetails = { subject: "mailto:bench@fanfare.example", ...vapid };
  return async ({ subscribers, notifications, concurrency, stop }: Load, contentBytes: number): Promise<Sent> => {
    const pushes = Array.from(
      { length: notifications },
      (_, index) => subscribers[index % subscribers.length] ?? [],
    ).flat();
    const accepted: Accepted[] = [];
    const refusals: string[] = [];
    const startedAt = Date.now();
    await concurrently({ count: pushes.length, atOnce: concurrency, stop }, async (index) => {
      const device = pushes[index];
      if (!device) return;
      const mark = newMark();
      const channel = channelSchema.parse(device.channel);
      const options = { vapidDetails, TTL: 3_600, urgency: "normal", topic: mark.slice(-32), timeout: 30_000 } as const;
      const askedAt = performance.now();
      try {
        await webpush.sendNotification(channel, mark.padEnd(contentBytes, "."), options);
      } catch (error) {
        refusals.push(String(error));
        return;
      }
      const { deviceId } = device;
      accepted.push({
        answeredAt: Date.now(),
        tookMs: performance.now() - askedAt,
        promised: [{ mark, deviceId }],
      });
    });
    return { startedAt, accepted, refused: refusals.length, firstRefusal: refusals[0] };
  };
};
