import type { HttpRequest } from "@azure/functions";
import { milliseconds, type Clock } from "../../../shared/clock.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import type { DeltaPage, DeltaRequest, Feed } from "../../../shared/feed/feed.ts";
import type { Live } from "../../../shared/feed/live.ts";
import { preferred } from "../prefer.ts";

export type LiveWaitUses = {
  readonly feed: Pick<Feed, "delta">;
  readonly live: Pick<Live, "join">;
  readonly clock: Clock;
  /** So long an answer is held back at most; 0: never. */
  readonly liveWaitSeconds: number;
};

/** A page, and for how long it was held back. */
type Held = {
  readonly page: DeltaPage;
  /** What was done of what was asked (RFC 7240, section 3); undefined: nothing. */
  readonly applied: string | undefined;
  readonly heldMs: number | undefined;
};

/**
 * The next page of the delta. If it says nothing new to a caller who knew all there was and would rather wait (`Prefer: wait`, RFC 7240,
 * section 4.3), it is held back until there is something or the time is over. Who is still reading what there is hears at once
 * that this was all. Nobody waits where too many do already.
 */
export const pageInTime = async (
  use: LiveWaitUses,
  { headers }: Pick<HttpRequest, "headers">,
  feed: FeedKey,
  request: DeltaRequest,
): Promise<Held> => {
  const seconds = secondsAsked(headers.get("prefer"), use.liveWaitSeconds);
  const wait = seconds > 0 ? use.live.join(feed, seconds * milliseconds.second) : undefined;
  if (!wait) return { page: await use.feed.delta(feed, request), applied: undefined, heldMs: undefined };
  try {
    let page = await use.feed.delta(feed, request);
    const applied = `wait=${seconds}`;
    if (request.since === undefined || request.until !== undefined || !saysNothing(page))
      return { page, applied, heldMs: undefined };
    const from = use.clock.now();
    while (saysNothing(page) && (await wait.newsAfter(page.reached))) {
      page = await use.feed.delta(feed, { ...request, since: page.reached });
    }
    return { page, applied, heldMs: use.clock.now() - from };
  } finally {
    wait.leave();
  }
};

const saysNothing = ({ changes, isLast }: DeltaPage): boolean => isLast && changes.length === 0;

/** Whole seconds; what is not understood is ignored, as the RFC wants it. */
const secondsAsked = (prefer: string | null, most: number): number => {
  const text = preferred(prefer, "wait") ?? "";
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), most) : 0;
};
