import type { Standing } from "../client.ts";
import type { UserNotification } from "../notification.ts";
import { actingOnRows } from "./acting-on-rows.page.ts";
import { listenToControls } from "./controls.page.ts";
import { shownOf, unreadCount, type InboxFilter } from "./filter.ts";
import type { InboxClient } from "./inbox-client.ts";
import { newInboxView, type InboxAct, type InboxModel, type InboxView } from "./inbox-view.page.ts";
import { newsIn } from "./news.ts";
import { rowOf } from "./row.ts";
import { spokenHeadlineOf } from "./spoken.ts";
import { troubleOf, type Trouble } from "./trouble.ts";
import { newUndo, type Undo } from "./undo.ts";
import type { InboxWords } from "./words.ts";

/** What the inbox asks of the element it is in. */
type Host = HTMLElement & { readonly words: InboxWords; filter: InboxFilter };

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

/** Shows the client's notifications and does what the user does to them. Speaks to the client only until `end`. */
export const newInbox = (host: Host, root: ShadowRoot, client: InboxClient): Inbox => {
  const ending = new AbortController();
  const { signal } = ending;
  const leaving = new Set<string>();
  const readHere = new Set<string>();
  let known: readonly UserNotification[] = [];
  let standing: Standing | undefined = client.standing;
  let trouble: Trouble | undefined;
  let hasArrived = false;
  /** Until the service was heard all there is may be news to this browser, and none of it to the user. */
  let isCaughtUp = false;
  let rowsMax = rowsAtOnce;
  let unreadTold = 0;

  root.replaceChildren();
  const view = newInboxView(root);
  const undo = newUndo(undoMs, () => draw());
  const shownNow = (): readonly UserNotification[] =>
    shownOf(known, { filter: host.filter, readHere, leaving, now: Date.now() });
  const unread = (): number => unreadCount(known, { leaving, now: Date.now() });

  const draw = (): void => {
    if (signal.aborted) return;
    const { words, filter } = host;
    const shown = shownNow();
    view.draw({
      ...{ words, filter, trouble },
      now: Date.now(),
      language: languageOf(host),
      hasImages: host.hasAttribute("images"),
      // Nothing known and nothing heard yet is not "nothing there".
      isLoading: known.length === 0 && standing === undefined,
      rows: shown.slice(0, rowsMax).map((notification) => rowOf(notification, words.untitled)),
      hidden: Math.max(0, shown.length - rowsMax),
      unread: unread(),
      told: toldOf(undo),
    });
    if (unread() === unreadTold) return;
    unreadTold = unread();
    host.dispatchEvent(new CustomEvent("fanfare-unread", { detail: unreadTold }));
  };

  const arrived = (notifications: readonly UserNotification[]): void => {
    const news = isCaughtUp ? newsIn(known, notifications) : [];
    known = notifications;
    hasArrived = true;
    isCaughtUp ||= standing?.answer.kind === "ok";
    draw();
    const [first] = news;
    if (first) view.announce(host.words.news(news.length, spokenHeadlineOf(first, host.words)));
  };

  const stands = (now: Standing | undefined): void => {
    const before = standing?.answer.kind;
    standing = now;
    isCaughtUp ||= hasArrived && now?.answer.kind === "ok";
    const told = trouble?.kind;
    trouble = troubleOf(standing, navigator.onLine, host.words);
    draw();
    if (trouble && trouble.kind !== told) view.announce(trouble.sentence);
    if (before === "unauthorized" || now?.answer.kind !== "unauthorized") return;
    host.dispatchEvent(new CustomEvent("fanfare-unauthorized"));
  };

  const opened = (detail: UserNotification): boolean =>
    host.dispatchEvent(new CustomEvent("fanfare-open", { detail, cancelable: true, bubbles: true }));
  const words = (): InboxWords => host.words;
  const actOn = actingOnRows({ client, words, undo, leaving, readHere, announce: view.announce, opened });

  const control = (what: InboxAct): void => {
    switch (what) {
      case "mark-all-read":
        if (unread() === 0) return;
        for (const { id } of known) readHere.add(id);
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
        client.sync().catch(failed);
        return;
      case "all":
      case "unread":
      case "dismissed":
        host.filter = what;
    }
  };

  const follow = async (): Promise<void> => {
    for await (const { notifications } of client.changes({ signal })) arrived(notifications);
  };
  listenToControls(root, view, {
    act: (what, id, event) => {
      const notification = known.find((candidate) => candidate.id === id);
      if (notification) actOn(what, notification, event);
    },
    ...{ control, undo, signal },
  });
  listenToSurroundings({ client, stands, draw, goesAway: undo.settle, signal });
  stands(client.standing);
  // What ends these is the signal; a storage that cannot be read is the one thing that rejects.
  const refused = (): void => {
    undo.offer({ sentence: host.words.refused, takeBack: undefined, settle: () => undefined });
    view.announce(host.words.refused);
  };
  client.addEventListener("refused", refused, { signal });
  const failed = (): void => {
    if (!signal.aborted) stands({ answer: { kind: "failed", status: 0, reason: "the store" }, unsent: 0 });
  };
  follow().catch(failed);
  // What lives waits for news; whoever has heard nothing yet wants to know what there is.
  if (client.standing === undefined) client.sync().catch(failed);
  client.live({ signal }).catch(failed);

  return {
    draw,
    filterChanged: () => {
      readHere.clear();
      rowsMax = rowsAtOnce;
      draw();
    },
    reveal: (id) => {
      const notification = known.find((one) => one.id === id);
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
      ending.abort();
    },
  };
};

const toldOf = (undo: Undo): InboxModel["told"] => {
  const current = undo.current();
  return current && { sentence: current.sentence, canUndo: current.takeBack !== undefined };
};

type Surroundings = {
  readonly client: InboxClient;
  readonly stands: (standing: Standing | undefined) => void;
  readonly draw: () => void;
  readonly goesAway: () => void;
  readonly signal: AbortSignal;
};

/** How often "5 minutes ago" is looked at again. */
const tickMs = 30_000;

const listenToSurroundings = ({ client, stands, draw, goesAway, signal }: Surroundings): void => {
  const stoodAnew = (): void => stands(client.standing);
  client.addEventListener("standing", stoodAnew, { signal });
  for (const name of ["online", "offline"]) window.addEventListener(name, stoodAnew, { signal });
  window.addEventListener("pagehide", goesAway, { signal });
  const ticking = setInterval(() => document.visibilityState === "visible" && draw(), tickMs);
  signal.addEventListener("abort", () => clearInterval(ticking));
};

const focusRow = ({ list }: InboxView, place: number): void =>
  list.children[place]?.querySelector<HTMLElement>('[data-act="open"]')?.focus();

/** An empty `lang` says that the language is not known. */
const languageOf = (host: Element): string => {
  const said = host.closest<HTMLElement>("[lang]")?.lang ?? "";
  return said === "" ? navigator.language : said;
};
