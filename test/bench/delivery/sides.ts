import { globalAgent } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import webpush from "web-push";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import type { LocalVendors } from "../channels/local-vendors.ts";
import { concurrently } from "../pipeline/concurrently.ts";
import type { Batch, Push } from "./batch.ts";
import type { OurHandler } from "./handler.ts";

export const sideNames = ["ours", "web-push", "near-limit"] as const;
export type SideName = (typeof sideNames)[number];

/** Delivers a batch, so much at once. Resolves to how many runs were put off meanwhile; rejects with the first fault, or when stopped. */
export type Deliver = (batch: Batch, stop: AbortSignal) => Promise<number>;

/** Our handler, with as many messages in hand as make so many pushes at once, but no more than the host has. What it puts off is run when it is due. */
export const ours = (
  { run }: OurHandler,
  postponed: FanoutJob[],
  { atOnce, devices }: { readonly atOnce: number; readonly devices: number },
): Deliver => {
  const messagesAtOnce = Math.min(32, Math.ceil(atOnce / devices));
  return async ({ jobs }, stop) => {
    await concurrently({ count: jobs.length, atOnce: messagesAtOnce, stop }, async (index) => {
      const job = jobs[index];
      if (job) await run(job);
    });
    let count = 0;
    for (let job = postponed.shift(); job; job = postponed.shift()) {
      count += 1;
      await pause(Math.max(0, (job.due ?? 0) - Date.now()), undefined, { signal: stop });
      await run(job);
    }
    return count;
  };
};

const subject = "mailto:bench@fanfare.example";

const each =
  (atOnce: number, send: (push: Push) => Promise<void>): Deliver =>
  async ({ pushes }, stop) => {
    await concurrently({ count: pushes.length, atOnce, stop }, async (index) => {
      const push = pushes[index];
      if (push) await send(push);
    });
    return 0;
  };

/** What one would write without Fanfare. The library as it comes: Node's own agent, which keeps connections, and a VAPID token signed for each push. */
export const plainWebPush = ({ at, vapid }: LocalVendors, atOnce: number): Deliver => {
  globalAgent.options.ca = at.webpush.ca;
  const vapidDetails = { subject, ...vapid };
  return each(atOnce, async ({ channel, text, ttlSeconds: TTL, urgency, topic }) => {
    await webpush.sendNotification(channel, text, { vapidDetails, TTL, urgency, topic, timeout: 30_000 });
  });
};

/** What is left when all is left out that can be: the library's encryption and headers, one VAPID token, and a request over a connection that is there. */
export const nearLimit = (
  { at, vapid }: LocalVendors,
  atOnce: number,
): { readonly deliver: Deliver; readonly close: () => Promise<void> } => {
  const { url, ca } = at.webpush;
  const pool = new Pool(url, { connections: atOnce, connect: { ca } });
  const { Authorization } = webpush.getVapidHeaders(url, subject, vapid.publicKey, vapid.privateKey, "aes128gcm");
  const deliver = each(atOnce, async ({ channel, text, ttlSeconds: TTL, urgency, topic }) => {
    const options = { headers: { Authorization }, TTL, urgency, topic };
    const details = webpush.generateRequestDetails(channel, text, options);
    const { statusCode, body } = await pool.request({
      path: details.endpoint.slice(url.length),
      method: "POST",
      headers: details.headers,
      body: details.body,
    });
    await body.dump();
    if (statusCode !== 201) throw new Error(`answered ${statusCode}`);
  });
  return { deliver, close: () => pool.close() };
};
