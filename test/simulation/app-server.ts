import { milliseconds } from "../../shared/clock.ts";
import type { Cluster, Reply } from "./cluster.ts";
import type { Device } from "./device.ts";
import type { Promises } from "./promises.ts";
import { serverId, type Asked } from "./request.ts";
import { hostName, type World } from "./world.ts";

type Uses = { readonly world: World; readonly cluster: Cluster; readonly promises: Promises; readonly heard: Heard };

/** Told of each write when it is asked for, and of the reply to it. */
export type Heard = (feed: Device["feed"]) => (reply: Reply) => void;

/** What it gives up after, when the service is busy all the time. */
const triesMost = 8;

/** A backend that has something to say: posts, and when it hears 406 or nothing posts the same again, or gives up. */
export const appServer = ({ world, cluster, promises, heard }: Uses) => {
  const { random, scheduler, weather } = world;
  let posts = 0;

  /** Posts one notification to the user of that device, which gave its UNSID. Resolves to when its alert is due, if it was accepted with one. */
  const post = async (device: Device): Promise<number | undefined> => {
    const { unsid } = device;
    if (unsid === undefined) return undefined;
    posts += 1;
    const body = bodyOf(`post ${posts}`);
    const key = random.chance(0.4) ? `key ${posts}`.replace(" ", "-") : undefined;
    const patience = random.whole(1, triesMost);
    for (let tries = 1; tries <= patience; tries += 1) {
      const hear = heard(device.feed);
      const asked = { as: serverId, unsid, body, ...(key !== undefined && { headers: { "idempotency-key": key } }) };
      const reply = await cluster.ask("server", "post", asked, {
        accepted: ([stored]) => {
          if (stored) promises.note("content", stored);
        },
      });
      hear(reply);
      if (reply.kind === "answer" && reply.status !== 406) {
        if (key !== undefined && reply.status < 300) await repeat(asked, reply);
        return reply.status < 300 ? dueOf(body, scheduler.now()) : undefined;
      }
      world.count("posts repeated");
      await scheduler.sleep(reply.kind === "answer" ? reply.retryAfterSeconds * 1_000 : random.whole(0, 5_000));
    }
    return undefined;
  };

  /** It forgot that it was answered, and posts once more under the same key: it is to be told the same. */
  const repeat = async (asked: Asked, first: Extract<Reply, { kind: "answer" }>): Promise<void> => {
    if (random.chance(0.5)) return;
    await scheduler.sleep(random.pick([0, 1_000, 30_000]));
    const again = await cluster.ask("server", "post", asked);
    if (again.kind === "broken" || again.status === 406 || again.status === 403) return;
    world.count("repeats under a key");
    const isOver = isPast(first.body, scheduler.now());
    if (!isOver && JSON.stringify(again) !== JSON.stringify(first)) {
      world.violate(`A repeat under a key was answered ${JSON.stringify(again)} after ${JSON.stringify(first)}`);
    }
  };

  const bodyOf = (label: string): Body => {
    const kind = weather.isRush ? "both" : random.pick(["raw", "visual", "both", "both"]);
    const lifeMs = random.chance(0.12)
      ? random.whole(1, 120) * milliseconds.second
      : random.whole(1, 7) * milliseconds.day;
    const platformTypes =
      !weather.isRush && random.chance(0.3)
        ? nonEmpty(random.some(["Windows", "iOS", "Android", "WebPush"], 0.6))
        : undefined;
    const isAlerting = platformTypes?.includes("iOS") !== false && random.chance(0.5);
    return {
      targetHostName: hostName,
      appNotificationId: weather.isRush ? "alpha" : random.pick(["alpha", "alpha", "beta"]),
      payload: {
        ...(kind !== "visual" && { rawContent: label }),
        ...(kind !== "raw" && { visualContent: { title: label } }),
      },
      expirationDateTime: new Date(scheduler.now() + 6_000 + lifeMs).toISOString(),
      ...(platformTypes && { targetPolicy: { platformTypes } }),
      ...(isAlerting && {
        fallbackPolicy: {
          endpointFallback: {
            platformTypes: ["iOS"],
            fallbackDelayInSeconds: random.pick([60, 60, 90, 600]),
            visualContent: { title: `alert of ${label}` },
          },
        },
      }),
    };
  };

  return { post };
};

type Body = Readonly<Record<string, unknown>> & { readonly fallbackPolicy?: unknown };
type FallbackPolicy = { readonly endpointFallback: { readonly fallbackDelayInSeconds: number } };

/** About when the alert of what was just accepted is due. */
const dueOf = ({ fallbackPolicy }: Body, now: number): number | undefined =>
  fallbackPolicy === undefined
    ? undefined
    : now + (fallbackPolicy as FallbackPolicy).endpointFallback.fallbackDelayInSeconds * 1_000;

const nonEmpty = (platforms: readonly string[]): readonly string[] => (platforms.length > 0 ? platforms : ["WebPush"]);

/** Its notification has ended, or is about to: the key is forgotten with it. */
const isPast = (body: unknown, now: number): boolean =>
  Date.parse((body as { expirationDateTime: string }).expirationDateTime) < now + 60_000;
