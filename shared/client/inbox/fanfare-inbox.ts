import { takeEarlyProperties } from "./early-properties.page.ts";
import { filterNamed, type InboxFilter } from "./filter.ts";
import { assertClient, type InboxClient } from "./inbox-client.ts";
import type { FanfareInboxEvents } from "./inbox-events.ts";
import { drawSignedOut } from "./inbox-view.page.ts";
import { newInbox, type Inbox } from "./inbox.page.ts";
import { inboxStyle } from "./style.ts";
import { englishInboxWords, type InboxWords } from "./words.ts";

export type { FanfareInboxEvents, InboxClient, InboxFilter, InboxWords };

/**
 * `<fanfare-inbox>`: one user's notifications of one app, live, to read, dismiss and delete. An app gives it a client and that is all:
 * `document.querySelector("fanfare-inbox").client = new UserNotificationClient({...})`.
 *
 * Attributes: `filter` (`all`, `unread`, `dismissed`), `images` (fetches notifications' https pictures; without it their senders
 * cannot learn who reads them, when and where). Slot: `signed-out`. It follows the page's `lang`, `dir` and `color-scheme`; colours,
 * font and corners are custom properties (`--fanfare-…`), everything else `::part(…)`.
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
    if (client !== undefined) assertClient(client);
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
      takeEarlyProperties(this, ["words", "filter", "client"]);
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
}

declare global {
  interface HTMLElementTagNameMap {
    "fanfare-inbox": FanfareInbox;
  }
}

if (!customElements.get("fanfare-inbox")) customElements.define("fanfare-inbox", FanfareInbox);
