import type { Fanout } from "../../shared/fanout/fanout.ts";
import { firstJobs } from "../../shared/fanout/first-jobs.ts";
import type { FeedKey } from "../../shared/feed-key.ts";
import type { Accepted, Feed, Once } from "../../shared/feed/feed.ts";
import type { NotificationDraft } from "../../shared/notification/notification.ts";

type Uses = { readonly feed: Pick<Feed, "noteAnswer">; readonly fanout: Fanout };

type Posted = {
  readonly feed: FeedKey;
  readonly fallback: NotificationDraft["fallback"];
  readonly once: Once | undefined;
  readonly accepted: Accepted;
};

/**
 * Has devices told of what a POST came to. A repeat under the same key sends the same messages again: they may be what a crash left out. Resolves
 * to whether the POST can now be answered as accepted for the first time, which counts; what has to be remembered for that fails nothing. Throws
 * `Unavailable` when the bus is away: it is stored then, and refused.
 */
export const tellOfPost = async (
  use: Uses,
  { feed, fallback, once, accepted }: Posted,
): Promise<{ readonly isFirst: boolean }> => {
  const note = async (answered: "refused" | "accepted"): Promise<boolean> =>
    once !== undefined && (await use.feed.noteAnswer(feed, once, answered).catch(() => false));
  const { expiresAt } = accepted.notification;
  const jobs = firstJobs({ ...accepted, feed, fallback });
  try {
    await Promise.all(jobs.map((job) => use.fanout.send(job, { expiresAt })));
  } catch (error) {
    if (!accepted.isRepeat) await note("refused");
    throw error;
  }
  return { isFirst: !accepted.isRepeat || (accepted.wasRefused === true && (await note("accepted"))) };
};
