import type { UserNotification } from "../notification.ts";
import { actingOnRows } from "./acting-on-rows.page.ts";
import { listenToControls } from "./controls.page.ts";
import { shownOf, unreadCount, type InboxFilter } from "./filter.ts";
import { following } from "./following.page.ts";
import type { InboxClient } from "./inbox-client.ts";
import { newInboxView, type InboxAct, type InboxModel, type InboxView } from "./inbox-view.page.ts";
import { rowOf } from "./row.ts";
import { newUndo, type Undo } from "./undo.ts";
import type { InboxWords } from "./words.ts";

/** What the inbox asks of the element it is in. */
type Host = HTMLElement & { readonly words: InboxWords; filter: InboxFilter; client: InboxClient | undefined };

/** One client's notifications on the screen, until `end`. */
export type Inbox = {
  readonly draw: () => void;
  readonly filterChanged: () => void;
  readonly reveal: (id: string) => void;
  readonly unreadCount: () => number;
  readonly end: () => void;
};

/** So many rows at first and with each "show more": enough for a few screens, and quick to lay out. */
const rowsAtOnce = 50;
/** Long enough to read the sentence and reach the button; the clock stands still while one is there. */
const undoMs = 10_000;
/** How often "5 minutes ago" is looked at again. */
const tickMs = 30_000;

/** Shows the client's notifications and does what the user does to them. Speaks to the client only until `end`. */
export const newInbox = (host: Host, root: ShadowRoot, client: InboxClient): Inbox => {
  const ending = new AbortController();
  const { signal } = ending;
  const leaving = new Set<string>();
  const readHere = new Set<string>();
  let rowsMax = rowsAtOnce;
  let unreadTold = 0;

  root.replaceChildren();
  const view = newInboxView(root);
  const undo = newUndo(undoMs, () => draw());
  const shownNow = (): readonly UserNotification[] =>
    shownOf(followed.notifications(), { filter: host.filter, readHere, leaving, now: Date.now() });
  const withId = (id: string): UserNotification | undefined => followed.notifications().find((one) => one.id === id);
  const unread = (): number => unreadCount(followed.notifications(), { leaving, now: Date.now() });

  const draw = (): void => {
    if (signal.aborted) return;
    const shown = shownNow();
    view.draw({
      ...{ words: words(), filter: host.filter, trouble: followed.trouble() },
      now: Date.now(),
      language: languageOf(host),
      hasImages: host.hasAttribute("images"),
      isLoading: followed.isLoading(),
      rows: shown.slice(0, rowsMax).map((notification) => rowOf(notification, words().untitled)),
      hidden: Math.max(0, shown.length - rowsMax),
      unread: unread(),
      told: toldOf(undo),
    });
    tellUnread(unread());
  };
  const tellUnread = (count: number): void => {
    if (count === unreadTold) return;
    unreadTold = count;
    host.dispatchEvent(new CustomEvent("fanfare-unread", { detail: count }));
  };

  const words = (): InboxWords => host.words;
  const followed = following({
    client,
    words,
    changed: () => draw(),
    announce: view.announce,
    refused: () => {
      undo.offer({ sentence: host.words.refused, takeBack: undefined, settle: () => undefined });
      view.announce(host.words.refused);
    },
    unauthorized: () => host.dispatchEvent(new CustomEvent("fanfare-unauthorized")),
    signedOut: () => {
      // A deletion that waits to be settled would be laid down for somebody who is gone.
      undo.drop();
      host.client = undefined;
    },
    signal,
  });

  const opened = (detail: UserNotification): boolean =>
    host.dispatchEvent(new CustomEvent("fanfare-open", { detail, cancelable: true, bubbles: true }));
  const actOn = actingOnRows({ client, words, undo, leaving, readHere, announce: view.announce, opened });

  const control = (what: InboxAct): void => {
    switch (what) {
      case "mark-all-read":
        if (unread() === 0) return;
        for (const { id } of followed.notifications()) readHere.add(id);
        client.markAllRead().catch(() => view.announce(host.words.failed));
        view.announce(host.words.allMarkedRead);
        return;
      case "more":
        rowsMax += rowsAtOnce;
        draw();
        focusRow(view, rowsMax - rowsAtOnce);
        return;
      case "undo":
        if (!undo.current()?.takeBack) return;
        undo.takeBack();
        view.announce(host.words.undone);
        return;
      case "try-again":
        followed.sync();
        return;
      case "all":
      case "unread":
      case "dismissed":
        host.filter = what;
    }
  };

  listenToControls(root, view, {
    act: (what, id, event) => {
      const notification = withId(id);
      if (notification) actOn(what, notification, event);
    },
    ...{ control, undo, signal },
  });
  window.addEventListener("pagehide", undo.settle, { signal });
  const ticking = setInterval(() => document.visibilityState === "visible" && draw(), tickMs);
  followed.begin();

  return {
    draw,
    filterChanged: () => {
      readHere.clear();
      rowsMax = rowsAtOnce;
      draw();
    },
    reveal: (id) => {
      const notification = withId(id);
      if (!notification) return;
      host.filter = notification.userActionState === "dismissed" ? "dismissed" : "all";
      const place = shownNow().findIndex((one) => one.id === id);
      rowsMax = Math.max(rowsMax, place + 1);
      draw();
      focusRow(view, place);
    },
    unreadCount: unread,
    end: () => {
      undo.settle();
      clearInterval(ticking);
      ending.abort();
      tellUnread(0);
    },
  };
};

const toldOf = (undo: Undo): InboxModel["told"] => {
  const current = undo.current();
  return current && { sentence: current.sentence, canUndo: current.takeBack !== undefined };
};

const focusRow = ({ list }: InboxView, place: number): void =>
  list.children[place]?.querySelector<HTMLElement>('[data-act="open"]')?.focus();

/** An empty `lang` says that the language is not known. */
const languageOf = (host: Element): string => {
  const said = host.closest<HTMLElement>("[lang]")?.lang ?? "";
  return said === "" ? navigator.language : said;
};
