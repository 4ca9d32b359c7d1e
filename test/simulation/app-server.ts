import { milliseconds } from "../../shared/clock.ts";
import type { Cluster } from "./cluster.ts";
import type { Device } from "./devices.ts";
import type { Promises } from "./promises.ts";
import { serverId } from "./request.ts";
import { hostName, type World } from "./world.ts";

type Uses = { readonly world: World; readonly cluster: Cluster; readonly promises: Promises };

/** What it gives up after, when the service is busy all the time. */
const triesMost = 8;

/** A backend that has something to say: posts, and when it hears 406 or nothing posts the same again, or gives up. */
export const appServer = ({ world, cluster, promises }: Uses) => {
  const { random, scheduler } = world;
  let posts = 0;

  /** Posts one notification to the user of that device, which gave its UNSID. */
  const post = async (device: Device): Promise<void> => {
    const { unsid } = device;
    if (unsid === undefined) return;
    posts += 1;
    const body = bodyOf(`post ${posts}`);
    const key = random.chance(0.4) ? `key ${posts}`.replace(" ", "-") : undefined;
    const patience = random.whole(1, triesMost);
    for (let tries = 1; tries <= patience; tries += 1) {
      const asked = { as: serverId, unsid, body, ...(key !== undefined && { headers: { "idempotency-key": key } }) };
      const reply = await cluster.ask("server", "post", asked, {
        accepted: ([stored]) => {
          if (stored) promises.note("content", stored);
        },
      });
      if (reply.kind === "answer" && reply.status !== 406) return;
      world.count("posts repeated");
      await scheduler.sleep(reply.kind === "answer" ? reply.retryAfterSeconds * 1_000 : random.whole(0, 5_000));
    }
  };

  const bodyOf = (label: string): unknown => {
    const kind = random.pick(["raw", "visual", "both", "both"]);
    const lifeMs = random.chance(0.12)
      ? random.whole(1, 120) * milliseconds.second
      : random.whole(1, 7) * milliseconds.day;
    return {
      targetHostName: hostName,
      appNotificationId: random.pick(["alpha", "alpha", "beta"]),
      payload: {
        ...(kind !== "visual" && { rawContent: label }),
        ...(kind !== "raw" && { visualContent: { title: label } }),
      },
      expirationDateTime: new Date(scheduler.now() + 6_000 + lifeMs).toISOString(),
      ...(random.chance(0.3) && {
        targetPolicy: { platformTypes: nonEmpty(random.some(["Windows", "iOS", "Android", "WebPush"], 0.6)) },
      }),
    };
  };

  return { post };
};

const nonEmpty = (platforms: readonly string[]): readonly string[] => (platforms.length > 0 ? platforms : ["WebPush"]);
