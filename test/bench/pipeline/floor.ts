import { ServiceBusClient } from "@azure/service-bus";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import type { LocalStack } from "../../support/stack.ts";
import type { Poster } from "../contract/api-side.ts";
import { floorSide } from "../contract/floor-side.ts";
import { concurrently } from "./concurrently.ts";
import type { Accepted, Sent } from "./figures.ts";
import { floorPush } from "./floor-push.ts";
import { floorQueue } from "./floor-queue.ts";
import { floorRun } from "./floor-run.ts";
import type { VapidKeys } from "./plain-loop.ts";
import type { Subscriber } from "./subscribers.ts";
import type { Load } from "./through-api.ts";

/** As many messages in hand as host.json gives the app. */
const messagesAtOnce = 32;

/**
 * What is left of a notification when all is left out that can be: the calls under its POST, its message received and completed, the four
 * table requests of a run, and the push. One process does all of it, with the same SDK clients, connections that are kept, and as many
 * requests and messages at once as the service has. The rows are of the same size, in the same feeds.
 */
export const floor = async (
  stack: LocalStack,
  { vapid, concurrency }: { readonly vapid: VapidKeys; readonly concurrency: number },
  subscribers: readonly Subscriber[],
) => {
  const posters = subscribers.map(([{ unsid }], index): Poster => ({ user: `bench-${index}@contoso.com`, unsid }));
  const [first] = posters;
  if (!first) throw new Error("There are no users.");
  const { post, feedOf, close } = await floorSide(stack, first, floorQueue);
  const devicesOf = new Map<string, Subscriber>();
  for (const [index, poster] of posters.entries()) {
    const devices = subscribers[index];
    if (devices) devicesOf.set(await feedOf(poster), devices);
  }
  const push = floorPush(stack, vapid, concurrency);
  const run = await floorRun(stack, await feedOf(first));
  const bus = new ServiceBusClient(stack.stack.serviceBus.connectionString);
  const receiver = bus.createReceiver(floorQueue, { maxAutoLockRenewalDurationInMs: 0 });
  const faults: string[] = [];
  let contentBytes = 0;
  receiver.subscribe(
    {
      processMessage: async (message) => {
        const { feed, id } = message.body as { readonly feed: string; readonly id: string };
        await run({ feed, id }, async () => {
          const text = markOf(id).padEnd(contentBytes, ".");
          await Promise.all((devicesOf.get(feed) ?? []).map(({ channel }) => push(channel, text)));
        });
        await receiver.completeMessage(message);
      },
      processError: ({ error }) => Promise.resolve(void faults.push(error.message)),
    },
    { autoCompleteMessages: false, maxConcurrentCalls: messagesAtOnce },
  );

  const send = async ({ notifications, ahead, stop }: Load, bytes: number): Promise<Sent> => {
    contentBytes = bytes;
    faults.length = 0;
    const accepted: Accepted[] = [];
    const startedAt = Date.now();
    await concurrently({ count: notifications, atOnce: concurrency, stop }, async (index) => {
      const poster = posters[index % posters.length];
      const subscriber = subscribers[index % subscribers.length];
      if (!poster || !subscriber) return;
      await ahead.promise(subscriber.length);
      const id = newNotificationId(Date.now());
      const askedAt = performance.now();
      const refusal = await posted(() => post(poster, id));
      if (refusal !== undefined) {
        faults.push(refusal);
        return;
      }
      const tookMs = performance.now() - askedAt;
      const promised = subscriber.map(({ deviceId }) => ({ mark: markOf(id), deviceId }));
      accepted.push({ answeredAt: Date.now(), tookMs, promised });
    });
    await ahead.allArrived();
    return { startedAt, accepted, refused: faults.length, firstRefusal: faults[0] };
  };
  return { send, close: () => Promise.all([bus.close(), close(), push.close()]) };
};

/** Two who write one feed at once meet at its head, and one of them does it again, as the service would. Resolves to why it was refused. */
const posted = async (post: () => Promise<void>): Promise<string | undefined> => {
  for (;;) {
    try {
      await post();
      return undefined;
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 412) return String(error);
    }
  }
};

/** As `newMark` makes them. */
const markOf = (id: string): string => `bench-${id}`;
