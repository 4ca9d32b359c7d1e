import type { Standing } from "../client.ts";
import type { UserNotification } from "../notification.ts";
import type { InboxClient } from "./inbox-client.ts";
import { newsIn } from "./news.ts";
import { spokenHeadlineOf } from "./spoken.ts";
import { troubleOf, type Trouble } from "./trouble.ts";
import type { InboxWords } from "./words.ts";

/** What a client has said so far. */
export type Followed = {
  /** Begins to follow; to be called once. */
  readonly begin: () => void;
  readonly notifications: () => readonly UserNotification[];
  /** What keeps them from being up to date. */
  readonly trouble: () => Trouble | undefined;
  /** Nothing is known yet, and nothing was heard: that is not "nothing there". */
  readonly isLoading: () => boolean;
  /** Asks the service now. */
  readonly sync: () => void;
};

type Use = {
  readonly client: InboxClient;
  readonly words: () => InboxWords;
  /** Something is to be drawn otherwise. */
  readonly changed: () => void;
  readonly announce: (sentence: string) => void;
  /** The service did not take what the user did. */
  readonly refused: () => void;
  /** It takes the user's token no more. */
  readonly unauthorized: () => void;
  /** The user is gone, or the client was closed: nothing of theirs may be shown any more. */
  readonly signedOut: () => void;
  /** Ends it. */
  readonly signal: AbortSignal;
};

/** Follows a client: keeps it live, and says what is new and what is wrong to those who cannot see it. Does nothing before `begin`. */
export const following = ({
  client,
  words,
  changed,
  announce,
  refused,
  unauthorized,
  signedOut,
  signal,
}: Use): Followed => {
  let known: readonly UserNotification[] = [];
  /** As it was last looked at; not yet: then one that is refused already is told of like one that comes to be. */
  let standing: Standing | undefined;
  let trouble: Trouble | undefined;
  let hasArrived = false;
  /** Until the service was heard all there is may be news to this browser, and none of it to the user. */
  let isCaughtUp = false;

  const arrived = (notifications: readonly UserNotification[]): void => {
    const news = isCaughtUp ? newsIn(known, notifications) : [];
    known = notifications;
    hasArrived = true;
    isCaughtUp ||= standing?.answer.kind === "ok";
    changed();
    const [first] = news;
    if (first) announce(words().news(news.length, spokenHeadlineOf(first, words())));
  };

  /** Later, so that an app can give the element its client first and listen then. */
  const tellUnauthorized = (): void => {
    if (!signal.aborted) unauthorized();
  };
  const stands = (now: Standing | undefined): void => {
    const before = standing?.answer.kind;
    standing = now;
    isCaughtUp ||= hasArrived && now?.answer.kind === "ok";
    const told = trouble?.kind;
    trouble = troubleOf(standing, navigator.onLine, words());
    changed();
    if (trouble && trouble.kind !== told) announce(trouble.sentence);
    if (before !== "unauthorized" && now?.answer.kind === "unauthorized") queueMicrotask(tellUnauthorized);
  };

  // What ends these is the signal; a storage that cannot be read is the one thing that rejects.
  const failed = (): void => {
    if (!signal.aborted) stands({ answer: { kind: "failed", status: 0, reason: "the store" }, unsent: 0 });
  };
  const sync = (): void => void client.sync().catch(failed);
  const follow = async (): Promise<void> => {
    for await (const { notifications } of client.changes({ signal })) arrived(notifications);
    // Not ended by us: a client that is closed, as it is in the tab that signs out itself.
    if (!signal.aborted) signedOut();
  };
  const stoodAnew = (): void => stands(client.standing);

  return {
    begin: () => {
      client.addEventListener("standing", stoodAnew, { signal });
      client.addEventListener("refused", refused, { signal });
      client.addEventListener("signedout", signedOut, { signal });
      for (const name of ["online", "offline"]) window.addEventListener(name, stoodAnew, { signal });
      stoodAnew();
      follow().catch(failed);
      // What lives waits for news; whoever has heard nothing yet wants to know what there is.
      if (client.standing === undefined) sync();
      client.live({ signal }).catch(failed);
    },
    notifications: () => known,
    trouble: () => trouble,
    isLoading: () => known.length === 0 && standing === undefined,
    sync,
  };
};
