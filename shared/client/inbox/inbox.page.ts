import type { UserNotification } from "../notification.ts";
import { actingOnInbox } from "./acting-on-inbox.ts";
import { actingOnRows } from "./acting-on-rows.page.ts";
import { listenToControls } from "./controls.page.ts";
import type { InboxFilter } from "./filter.ts";
import { focusRow } from "./focus.page.ts";
import { following } from "./following.page.ts";
import { languageOf, tellOpened, tellUnauthorized, unreadTeller, type Host } from "./host.page.ts";
import type { InboxClient } from "./inbox-client.ts";
import { newInboxView } from "./inbox-view.page.ts";
import { rowOf } from "./row.ts";
import { newShowing } from "./showing.ts";
import { newUndo } from "./undo.ts";
import type { InboxWords } from "./words.ts";

/** One client's notifications on the screen, until `end`. */
export type Inbox = {
  readonly draw: () => void;
  readonly filterChanged: () => void;
  readonly reveal: (id: string) => void;
  readonly unreadCount: () => number;
  readonly end: () => void;
};

/** Long enough to read the sentence and reach the button; the clock stands still while one is there. */
const undoMs = 10_000;
/** How often "5 minutes ago" is looked at again. */
const tickMs = 30_000;

/** Shows the client's notifications and does what the user does to them. Speaks to the client only until `end`. */
export const newInbox = (host: Host, root: ShadowRoot, client: InboxClient): Inbox => {
  const ending = new AbortController();
  const { signal } = ending;
  const words = (): InboxWords => host.words;
  const view = newInboxView(root);
  const { announce } = view;
  const undo = newUndo(undoMs, () => draw());
  const tellUnread = unreadTeller(host);
  const showing = newShowing({ notifications: () => followed.notifications(), filter: () => host.filter });
  const { leaving, readHere, unreadCount } = showing;
  const withId = (id: string): UserNotification | undefined => followed.notifications().find((one) => one.id === id);

  const draw = (): void => {
    if (signal.aborted) return;
    const { shown, hidden } = showing.now();
    const unread = unreadCount();
    view.draw({
      words: words(),
      language: languageOf(host),
      now: Date.now(),
      hasImages: host.hasAttribute("images"),
      isLoading: followed.isLoading(),
      filter: host.filter,
      rows: shown.map((notification) => rowOf(notification, words().untitled)),
      hidden,
      unread,
      trouble: followed.trouble(),
      told: undo.current(),
    });
    tellUnread(unread);
  };

  const followed = following({
    client,
    words,
    changed: draw,
    announce,
    refused: () => {
      undo.offer({ sentence: words().refused, takeBack: undefined, settle: () => undefined });
      announce(words().refused);
    },
    unauthorized: () => tellUnauthorized(host),
    signedOut: () => {
      // A deletion that waits to be settled would be laid down for somebody who is gone.
      undo.drop();
      host.client = undefined;
    },
    signal,
  });
  const { notifications, sync } = followed;

  const opened = (notification: UserNotification): boolean => tellOpened(host, notification);
  const showMore = (): void => {
    const place = showing.showMore();
    draw();
    focusRow(view.list.children[place]);
  };
  const show = (filter: InboxFilter): void => void (host.filter = filter);
  const common = { client, words, undo, readHere, announce };
  const actOnRow = actingOnRows({ ...common, leaving, opened });
  listenToControls(root, view, {
    act: (act, id, event) => {
      const notification = withId(id);
      if (notification) actOnRow(act, notification, event);
    },
    control: actingOnInbox({ ...common, notifications, unreadCount, showMore, sync, show }),
    undo,
    signal,
  });
  window.addEventListener("pagehide", undo.settle, { signal });
  const ticking = setInterval(() => document.visibilityState === "visible" && draw(), tickMs);
  followed.begin();

  return {
    draw,
    filterChanged: () => {
      showing.startOver();
      draw();
    },
    reveal: (id) => {
      const notification = withId(id);
      if (!notification) return;
      host.filter = notification.userActionState === "dismissed" ? "dismissed" : "all";
      const place = showing.makeRoomFor(id);
      draw();
      focusRow(view.list.children[place]);
    },
    unreadCount,
    end: () => {
      undo.settle();
      clearInterval(ticking);
      ending.abort();
      tellUnread(0);
    },
  };
};
