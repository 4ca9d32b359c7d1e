import type { LocalStack } from "../../support/stack.ts";
import { appServer } from "../app-server.ts";
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

/** Posts notifications to the API as an app server does, to one user after the other, by kept connections. */
export const throughApi = async (stack: LocalStack, concurrency: number) => {
  const server = await appServer(stack, concurrency);
  return async ({ subscribers, notifications, ahead, stop }: Load): Promise<Sent> => {
    const accepted: Accepted[] = [];
    const refusals: string[] = [];
    const startedAt = Date.now();
    await concurrently({ count: notifications, atOnce: concurrency, stop }, async (index) => {
      const subscriber = subscribers[index % subscribers.length];
      if (!subscriber) return;
      await ahead.promise(subscriber.length);
      const mark = newMark();
      const askedAt = performance.now();
      const refusal = await server.post({ unsid: subscriber[0].unsid, appNotificationId: mark, stop });
      const answeredAt = Date.now();
      const tookMs = performance.now() - askedAt;
      if (refusal !== undefined) refusals.push(refusal);
      else accepted.push({ answeredAt, tookMs, promised: subscriber.map(({ deviceId }) => ({ mark, deviceId })) });
    });
    return { startedAt, accepted, refused: refusals.length, firstRefusal: refusals[0] };
  };
};
