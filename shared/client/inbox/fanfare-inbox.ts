import type { UserNotification } from "../notification.ts";
import { lackedBy, type InboxClient } from "./inbox-client.ts";
import { filterNamed, type InboxFilter } from "./filter.ts";
import { drawSignedOut } from "./inbox-view.page.ts";
import { newInbox, type Inbox } from "./inbox.page.ts";
import { inboxStyle } from "./style.ts";
import { englishInboxWords, type InboxWords } from "./words.ts";

export type { InboxClient, InboxFilter, InboxWords };

/** What the events of `<fanfare-inbox>` carry. */
export type FanfareInboxEvents = {
  /** Somebody opens a notification. Cancelable: the app shows it itself, and no link is followed. It counts as opened either way. */
  readonly "fanfare-open": CustomEvent<UserNotification>;
  /** How many wait to be read has changed: for the title of a page, or a badge. */
  readonly "fanfare-unread": CustomEvent<number>;
  /** The service refuses the token, a renewed one too: the user has to sign in again. */
  readonly "fanfare-unauthorized": CustomEvent<null>;
};

/**
 * `<fanfare-inbox>`: one user's notifications of one app, live, to read, dismiss and delete. An app gives it a client and that is all:
 * `document.querySelector("fanfare-inbox").client = new UserNotificationClient({...})`.
 *
 * Attributes: `filter` (`all`, `unread`, `dismissed`), `images` (fetches notifications' https pictures; without it their senders
 * cannot learn who reads them, when and where). Slot: `signed-out`. It follows the page's `lang`, `dir` and `color-scheme`; colours,
 * font and corners are custom properties (`--fanfare-…`, see `style.ts`), everything else `::part(…)`.
 */
export class FanfareInbox extends HTMLElement {
  static readonly observedAttributes = ["filter", "images", "lang"];
  readonly #root = this.attachShadow({ mode: "open" });
  #inbox: Inbox | undefined;
  #client: InboxClient | undefined;
  #words: InboxWords = englishInboxWords;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(inboxStyle);
    this.#root.adoptedStyleSheets = [sheet];
  }

  /**
   * Whose notifications are shown; undefined: nobody is signed in, which it also becomes by itself when the user signs out or the client
   * is closed. The client stays the app's: it is not closed with the element. Set to anything else it throws a TypeError.
   */
  get client(): InboxClient | undefined {
    return this.#client;
  }
  set client(given: InboxClient | null | undefined) {
    const client = given ?? undefined;
    if (client === this.#client) return;
    const lacked = client === undefined ? [] : lackedBy(client);
    if (lacked.length > 0) {
      throw new TypeError(
        `The client of <fanfare-inbox> is to be a UserNotificationClient, or undefined: this lacks ${lacked.join(", ")}.`,
      );
    }
    this.#client = client;
    this.#restart();
  }

  /** What it says, English by default; given in parts, the rest stays English. */
  get words(): InboxWords {
    return this.#words;
  }
  set words(words: Partial<InboxWords>) {
    this.#words = { ...englishInboxWords, ...words };
    if (this.#inbox) this.#inbox.draw();
    else this.#restart();
  }

  get filter(): InboxFilter {
    return filterNamed(this.getAttribute("filter"));
  }
  set filter(filter: InboxFilter) {
    this.setAttribute("filter", filter);
  }

  /** How many notifications wait to be read. */
  get unreadCount(): number {
    return this.#inbox?.unreadCount() ?? 0;
  }

  /** Brings a notification into view and the keyboard to it: a toast of it was pressed. One that is not there: nothing happens. */
  reveal(id: string): void {
    this.#inbox?.reveal(id);
  }

  connectedCallback(): void {
    try {
      this.#takeEarlyProperties();
    } finally {
      this.#restart();
    }
  }

  disconnectedCallback(): void {
    this.#end();
  }

  attributeChangedCallback(name: string): void {
    if (name === "filter") this.#inbox?.filterChanged();
    else this.#inbox?.draw();
  }

  /** It is ours no more when it tells that nothing waits to be read: whoever then asks for `unreadCount` is told the same. */
  #end(): void {
    const ended = this.#inbox;
    this.#inbox = undefined;
    ended?.end();
  }

  #restart(): void {
    this.#end();
    if (!this.isConnected) return;
    if (this.#client) this.#inbox = newInbox(this, this.#root, this.#client);
    else drawSignedOut(this.#root, this.#words.signedOut);
  }

  /** What an app set before this script had arrived sits on the element itself, in front of the setters. */
  #takeEarlyProperties(): void {
    for (const name of ["words", "filter", "client"] as const) {
      const early = Object.getOwnPropertyDescriptor(this, name);
      if (!early) continue;
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, early.value);
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "fanfare-inbox": FanfareInbox;
  }
  interface HTMLElementEventMap {
    "fanfare-open": FanfareInboxEvents["fanfare-open"];
    "fanfare-unread": FanfareInboxEvents["fanfare-unread"];
    "fanfare-unauthorized": FanfareInboxEvents["fanfare-unauthorized"];
  }
}

if (!customElements.get("fanfare-inbox")) customElements.define("fanfare-inbox", FanfareInbox);
