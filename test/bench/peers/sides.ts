import { join } from "node:path";
import type { LocalStack } from "../../support/stack.ts";
import type { VapidKeys } from "../pipeline/plain-loop.ts";
import type { Subscriber } from "../pipeline/subscribers.ts";
import type { PeersOptions } from "./options.ts";
import { ourSide } from "./our-side.ts";
import { startRedis } from "./redis.ts";
import type { PeerName, Side } from "./side.ts";
import { theirSide } from "./their-side.ts";

type Wish = {
  readonly stack: LocalStack;
  readonly subscribers: readonly Subscriber[];
  readonly options: Pick<PeersOptions, "redisServer" | "durable">;
  readonly vapid: VapidKeys;
  readonly caFile: string;
  /** For what they keep. */
  readonly directory: string;
  readonly stop: AbortSignal;
};

const withRedis: readonly PeerName[] = ["BullMQ + web-push", "BullMQ + node-pushnotifications"];

/** Starts all sides that can be here, and says why others cannot. Each that keeps something has a Redis of its own. */
export const startedSides = async (
  wish: Wish,
): Promise<{ readonly sides: readonly Side[]; readonly skipped?: string }> => {
  const { stack, options, directory } = wish;
  const sides: Side[] = [await ourSide(stack, wish.subscribers)];
  let skipped: string | undefined;
  try {
    for (const name of withRedis) {
      const redis = await startRedis({
        program: options.redisServer,
        directory: join(directory, `redis-${sides.length}`),
        durable: options.durable,
      });
      if (redis) sides.push(await theirSide({ ...wish, name, redis }));
      else
        skipped = `${withRedis.join(", ")}: there is no ${options.redisServer}. apt-get install redis-server installs it on Debian; --redis-server names another.`;
    }
    sides.push(await theirSide({ ...wish, name: "node-pushnotifications, nothing kept", redis: undefined }));
    return { sides, ...(skipped !== undefined && { skipped }) };
  } catch (error) {
    await Promise.all(sides.map((side) => side.stop()));
    throw error;
  }
};
