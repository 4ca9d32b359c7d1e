import type { Cluster, Reply } from "./cluster.ts";
import type { Device } from "./device.ts";
import type { History } from "./history.ts";
import { hostName, type World } from "./world.ts";

/** A notification as a delta told it last. */
type Seen = {
  readonly id: string;
  readonly status: string;
  readonly label: string;
  /** A deleted one comes back no more: it is newer than anything. */
  readonly version: number;
  readonly etag: string;
  readonly appNotificationId: string;
  readonly isRinging: boolean;
  readonly platformTypes: readonly string[];
  readonly expiresAt: number;
};

/** What a client knows of its user's feed. */
export type Reader = {
  /** One pass of the delta to its end, however often it takes. */
  readonly catchUp: () => Promise<void>;
  readonly view: ReadonlyMap<string, Seen>;
};

type Uses = { readonly world: World; readonly cluster: Cluster };

/** A client that keeps up with a feed by its delta, as the contract has it: page by page, from the link that the last pass ended with. */
export const readerFrom = (
  { world, cluster }: Uses,
  who: string,
  user: string,
  unsid: () => string | undefined,
): Reader => {
  const { random, scheduler } = world;
  const start = `targetHostName=${hostName}&$top=${random.pick([1, 2, 100])}`;
  const view = new Map<string, Seen>();
  let query = start;

  const take = (body: unknown, told: Set<string>): { readonly next: string | undefined } => {
    const { value, ...links } = body as Page;
    for (const entity of value) {
      const version = entity["@odata.etag"];
      if (version !== undefined && told.has(version)) world.violate(`${who} was told of ${version} twice in one pass.`);
      if (version !== undefined) told.add(version);
      view.set(entity.id, seenIn(entity));
    }
    const link = links["@odata.nextLink"] ?? links["@odata.deltaLink"] ?? "";
    query = link.slice(link.indexOf("?") + 1);
    return { next: links["@odata.nextLink"] };
  };

  return {
    view,
    catchUp: async () => {
      world.count("delta passes");
      let isNamed = true;
      for (let told = new Set<string>(); ;) {
        const reply: Reply = await cluster.ask(who, "delta", { as: user, query, unsid: isNamed ? unsid() : undefined });
        if (reply.kind === "broken" || reply.status === 406) {
          await scheduler.sleep(reply.kind === "broken" ? 1_000 : reply.retryAfterSeconds * 1_000);
          continue;
        }
        if (reply.status === 403) {
          if (!isNamed) return;
          isNamed = false; // its UNSID ended: who it is counts for nothing, but what it reads does
          continue;
        }
        if (reply.status === 410) {
          world.count("deltas started over");
          view.clear();
          told = new Set();
          query = start;
          continue;
        }
        if (reply.status !== 200) {
          world.violate(`${who} was answered ${reply.status} to a delta.`);
          return;
        }
        if (take(reply.body, told).next === undefined) return;
      }
    },
  };
};

type Entity = {
  readonly id: string;
  readonly status: string;
  readonly appNotificationId?: string;
  readonly readState?: string;
  readonly userActionState?: string;
  readonly expirationDateTime?: string;
  readonly targetPolicy?: { readonly platformTypes: readonly string[] };
  readonly payload?: { readonly rawContent?: string; readonly visualContent?: { readonly title: string } };
  readonly "@odata.etag"?: string;
};
type Page = {
  readonly value: readonly Entity[];
  readonly "@odata.nextLink"?: string;
  readonly "@odata.deltaLink"?: string;
};

const seenIn = (entity: Entity): Seen => ({
  id: entity.id,
  status: entity.status,
  etag: entity["@odata.etag"] ?? "",
  version: Number(/\.(\d+)"$/.exec(entity["@odata.etag"] ?? "")?.[1] ?? Infinity),
  appNotificationId: entity.appNotificationId ?? "",
  label: entity.payload?.rawContent ?? entity.payload?.visualContent?.title ?? "",
  isRinging: entity.status !== "deleted" && entity.readState === "unread" && entity.userActionState !== "dismissed",
  platformTypes: entity.targetPolicy?.platformTypes ?? [],
  expiresAt: Date.parse(entity.expirationDateTime ?? "1970"),
});

/** What runs for the world's sake until it is over, beside what somebody waits for. */
export type Background = (atMs: number, what: () => Promise<void>) => void;

/** How late an iPhone may run an app that a push wakes: it counts what it costs. Milliseconds. */
const latenesses: readonly [number, ...number[]] = [0, 0, 0, 20_000, 80_000, 700_000];

/**
 * The app of a device that is no browser: when a push wakes it, it reads what changed, and has the screen show what is unread and
 * for it, each as it is now, and nothing else. One on iOS may be run late, and may or may not say which device reads.
 */
export const installApp = (uses: Uses, device: Device, background: Background): void => {
  const { random } = uses.world;
  const isPhone = device.platform === "iOS";
  const lateMs = isPhone ? random.pick(latenesses) : 0;
  const isNamed = isPhone && random.chance(0.6);
  const reader = readerFrom(uses, device.name, device.user, () => (isNamed ? device.unsid : undefined));
  let isLooking = false;
  let isWoken = false;
  const look = async (): Promise<void> => {
    while (isWoken) {
      isWoken = false;
      await reader.catchUp();
      show(device, reader.view, uses.world.scheduler.now());
    }
    isLooking = false;
  };
  device.wake = () => {
    isWoken = true;
    if (isLooking) return;
    isLooking = true;
    background(lateMs, look);
  };
  device.hear = (isDrawn) => {
    // An app that is looking runs, and hears what is drawn beside it: what it read may be older.
    if (!isDrawn || !device.isSleepy || isLooking) device.wake();
  };
};

/** What a push has drawn since is newer than what was read, and stays. */
const show = ({ screen, platform }: Device, view: Reader["view"], now: number): void => {
  for (const { id, label, version, isRinging, platformTypes, expiresAt, appNotificationId } of view.values()) {
    if ([...screen.values()].some((toast) => toast.id === id && toast.version > version)) continue;
    const isShown = isRinging && platformTypes.includes(platform) && expiresAt > now;
    for (const [topic, toast] of screen) if (toast.id === id && !isShown) screen.delete(topic);
    if (isShown) screen.set(appNotificationId, { id, label, version });
  }
};

/** Whether what a reader knows is what the store has: every live notification at its newest version, and no other. */
export const hasConverged = (
  world: World,
  history: History,
  { feed }: Pick<Device, "feed">,
  view: Reader["view"],
): string | undefined => {
  const now = world.scheduler.now();
  const isAboutNow = (expiresAt: number): boolean => Math.abs(expiresAt - now) < clocksDifferMs;
  for (const [id, { feed: of, stood }] of history.all()) {
    const newest = stood.at(-1);
    if (of !== feed || !newest || isAboutNow(newest.expiresAt)) continue;
    const isLive = newest.status !== "deleted" && newest.expiresAt > now;
    const seen = view.get(id);
    const isKnown = seen !== undefined && seen.status !== "deleted" && seen.expiresAt > now;
    if (isLive !== isKnown) return `${id} ${isLive ? "lives and is not known" : "is known and does not live"}`;
    if (isLive && !seen?.etag.endsWith(`.${newest.version}"`))
      return `${id} is known as ${seen?.etag} and is v${newest.version}`;
  }
  return undefined;
};
const clocksDifferMs = 15_000;
