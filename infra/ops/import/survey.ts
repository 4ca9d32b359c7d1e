import type { FeedKey } from "../../../shared/feed-key.ts";
import type { PlatformType } from "../../../shared/notification/notification.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import type { Accepted, Judged } from "./judge.ts";

const disputed = "another line gives this device another channel, and nothing says which is newer";
const tooMany = (perFeed: number): string =>
  `its user has more than ${String(perFeed)} devices here, as many as may be`;

/**
 * What only the whole dump can tell: of one device with two channels neither is taken, for nothing says which is newer, and of one user's
 * devices no more than a feed may have. So the whole is looked at before the first is written, and the order of its lines decides nothing
 * but which devices of a crowd are left out.
 */
export const survey = (perFeed: number) => {
  const channelOf = new Map<SubscriptionId, string>();
  const isDisputed = new Set<SubscriptionId>();
  const isOver = new Set<SubscriptionId>();
  const devices = new Map<FeedKey, number>();
  const feedOf = new Map<string, FeedKey>();
  const shared = new Set<string>();
  const platforms = new Map<PlatformType, number>();
  const marks = new Set<string>();
  let entries = 0;

  const addAccepted = ({ feed, subscriptionId, channelTag, draft, mark }: Accepted): void => {
    marks.add(mark);
    const before = channelOf.get(subscriptionId);
    if (before !== undefined) {
      if (before !== channelTag) isDisputed.add(subscriptionId);
      return;
    }
    channelOf.set(subscriptionId, channelTag);
    platforms.set(draft.platformType, (platforms.get(draft.platformType) ?? 0) + 1);
    const count = (devices.get(feed) ?? 0) + 1;
    devices.set(feed, count);
    if (count > perFeed) isOver.add(subscriptionId);
    if ((feedOf.get(channelTag) ?? feed) !== feed) shared.add(channelTag);
    feedOf.set(channelTag, feed);
  };

  return {
    add: (judged: Judged): void => {
      entries += 1;
      if (judged.kind === "accepted") addAccepted(judged);
    },
    /** The same, once all were added: refused if the dump as a whole speaks against it. */
    settled: (judged: Judged): Judged => {
      if (judged.kind === "refused") return judged;
      const { line, id, subscriptionId } = judged;
      const reason = isDisputed.has(subscriptionId)
        ? disputed
        : isOver.has(subscriptionId)
          ? tooMany(perFeed)
          : undefined;
      return reason === undefined ? judged : { kind: "refused", line, id, reasons: [reason] };
    },
    entries: (): number => entries,
    /** Devices of each platform, each once. */
    platforms: (): Readonly<Record<string, number>> => Object.fromEntries(platforms),
    /** Channels that more than one user has: whoever used a browser before would be rung by it. */
    sharedChannels: (): number => shared.size,
    marks: (): ReadonlySet<string> => marks,
  };
};

export type Survey = ReturnType<typeof survey>;
