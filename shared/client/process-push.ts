import { applyContent, hasReached } from "./apply-content.ts";
import { epochOf, isAtLeast } from "./etag.ts";
import type { Answer } from "./feed-api.ts";
import type { LocalState } from "./local-state.ts";
import type { LocalStore } from "./local-store.ts";
import type { UserNotification } from "./notification.ts";
import { parsePushMessage, type PushMessage } from "./push-message.ts";
import { isUnseen } from "./unseen.ts";
import { viewOf } from "./view.ts";
import { isSameContent } from "./with-known.ts";

/** What became of a push. */
export type PushOutcome = {
  /** False: it is not Fanfare's, or another app's, and nothing was done. */
  readonly isOurs: boolean;
  /** Its content was taken as it is, or is known already; nothing had to be fetched. */
  readonly applied: boolean;
  /**
   * What is to be shown for it: the notification it is about, as it stands now, and whatever else came with it, as far as nobody has seen
   * to it. Where the service could not be asked, the push's own content.
   */
  readonly fresh: readonly UserNotification[];
  /** How asking the service went, if that was needed. */
  readonly answer: Answer<undefined>;
  /**
   * Still under way, for a service worker's `waitUntil`: the subscription's renewal, if it is time or the push asked for it, and what the user
   * did and is still unsent, for many a browser wakes the worker for nothing else. Never rejects.
   */
  readonly renewal: Promise<void>;
};

export type Processing = {
  readonly feed: Pick<LocalStore, "read" | "update">;
  readonly targetHostName: string;
  readonly sync: () => Promise<Answer<undefined>>;
  readonly now: () => number;
  readonly renew: (isAskedFor: boolean) => Promise<void>;
};

const ok = { kind: "ok", value: undefined } as const;

/** What a push says, done: its content applied if it fits, else the delta read. */
export const processPush = async (use: Processing, text: string): Promise<PushOutcome> => {
  const { feed, targetHostName } = use;
  const message = parsePushMessage(text);
  const content = message?.kind === "content" ? message : undefined;
  if (!message || (content && content.notification.targetHostName !== targetHostName.toLowerCase())) {
    return { isOurs: false, applied: false, fresh: [], answer: ok, renewal: Promise.resolve() };
  }
  const renewal = use.renew(message.isToResubscribe);
  const before = await feed.read();
  const applied = content ? await feed.update((state) => applyContent(state, content)) : before;
  const isReached = hasReached(applied, message.newETag);
  const answer = isReached ? ok : await use.sync();
  const after = isReached ? applied : await feed.read();
  const sending = isReached && after.edits.length > 0 ? use.sync() : undefined;
  return {
    isOurs: true,
    applied: isReached,
    fresh: freshIn({ message, before, after, now: use.now(), isCurrent: answer.kind === "ok" }),
    answer,
    renewal: Promise.all([renewal, sending]).then(() => undefined),
  };
};

type Came = {
  readonly message: PushMessage;
  readonly before: LocalState;
  readonly after: LocalState;
  readonly now: number;
  readonly isCurrent: boolean;
};

const freshIn = ({ message, before, after, now, isCurrent }: Came): readonly UserNotification[] => {
  const view = viewOf(after, now);
  const own = message.kind === "content" ? message.notification : undefined;
  const isItsOwn = ({ id }: UserNotification): boolean =>
    own ? own.id === id : after.known.get(id)?.etag === message.newETag;
  // A feed that is read for the first time is not all news.
  const isNews = (one: UserNotification): boolean => {
    const was = before.known.get(one.id);
    return before.link !== undefined && !(was && isSameContent(was.notification, one));
  };
  const isUnchecked =
    own &&
    !isCurrent &&
    !isAtLeast(after.known.get(own.id)?.etag, message.newETag) &&
    (after.mark === undefined || epochOf(after.mark) === epochOf(message.newETag)) &&
    Date.parse(own.expirationDateTime) > now;
  if (isUnchecked) return [own, ...view.filter((one) => one.id !== own.id && isUnseen(one) && isNews(one))];
  return view.filter((one) => isUnseen(one) && (isItsOwn(one) || isNews(one)));
};
