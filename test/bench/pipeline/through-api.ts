import { Pool } from "undici";
import type { LocalStack } from "../../support/stack.ts";
import type { Ahead } from "./ahead.ts";
import { newMark } from "./arrivals.ts";
import { concurrently } from "./concurrently.ts";
import type { Accepted, Sent } from "./figures.ts";
import type { Subscriber } from "./subscribers.ts";

export type Load = {
  readonly subscribers: readonly Subscriber[];
  readonly notifications: number;
  readonly concurrency: number;
  /** Holds the caller back. */
  readonly ahead: Ahead;
  readonly stop: AbortSignal;
};

const answerWithinMs = 30_000;
const rawContentBytes = 256;

/** Posts notifications to the API as an app server does, to one user after the other, by kept connections. */
export const throughApi = (stack: LocalStack, concurrency: number) => {
  const pool = new Pool(stack.stack.httpUrl, { connections: concurrency });
  const targetHostName = stack.stack.apps[0]?.hostName;
  return async ({ subscribers, notifications, ahead, stop }: Load): Promise<Sent> => {
    const authorization = `Bearer ${await stack.token()}`;
    const accepted: Accepted[] = [];
    const refusals: string[] = [];
    const startedAt = Date.now();
    await concurrently({ count: notifications, atOnce: concurrency, stop }, async (index) => {
      const subscriber = subscribers[index % subscribers.length];
      if (!subscriber) return;
      await ahead.promise(subscriber.length);
      const mark = newMark();
      const askedAt = performance.now();
      const answer = await pool
        .request({
          method: "POST",
          path: "/beta/me/notifications/",
          headers: { authorization, "x-uns-id": subscriber[0].unsid, "content-type": "application/json" },
          body: JSON.stringify({
            targetHostName,
            appNotificationId: mark,
            payload: { rawContent: mark.padEnd(rawContentBytes, ".") },
          }),
          signal: AbortSignal.any([stop, AbortSignal.timeout(answerWithinMs)]),
        })
        .then(async ({ statusCode, body }) => ({ statusCode, text: await body.text() }))
        .catch((error: unknown) => ({ statusCode: 0, text: String(error) }));
      const answeredAt = Date.now();
      const tookMs = performance.now() - askedAt;
      if (answer.statusCode !== 201) refusals.push(`${answer.statusCode} ${answer.text}`);
      else accepted.push({ answeredAt, tookMs, promised: subscriber.map(({ deviceId }) => ({ mark, deviceId })) });
    });
    return { startedAt, accepted, refused: refusals.length, firstRefusal: refusals[0] };
  };
};
