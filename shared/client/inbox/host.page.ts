import type { UserNotification } from "../notification.ts";
import type { InboxFilter } from "./filter.ts";
import type { InboxClient } from "./inbox-client.ts";
import type { FanfareInboxEvents } from "./inbox-events.ts";
import type { InboxWords } from "./words.ts";

/** The element an inbox is in: what the app has set there, and where it is told what happens. */
export type Host = HTMLElement & { readonly words: InboxWords; filter: InboxFilter; client: InboxClient | undefined };

/** Tells how many wait to be read, when it is another number than was told before; at first that is none. */
export const unreadTeller = (host: Host): ((count: number) => void) => {
  let told = 0;
  return (count) => {
    if (count === told) return;
    told = count;
    tell(host, "fanfare-unread", count);
  };
};

/** Tells that a notification is opened; false: the app shows it itself. */
export const tellOpened = (host: Host, notification: UserNotification): boolean =>
  tell(host, "fanfare-open", notification, { cancelable: true, bubbles: true });

/** Tells that the user has to sign in again. */
export const tellUnauthorized = (host: Host): boolean => tell(host, "fanfare-unauthorized", null);

const tell = <Name extends keyof FanfareInboxEvents>(
  host: Host,
  name: Name,
  detail: FanfareInboxEvents[Name]["detail"],
  options: EventInit = {},
): boolean => host.dispatchEvent(new CustomEvent(name, { ...options, detail }));

/** The language of dates and times there; an empty `lang` says that it is not known. */
export const languageOf = (host: Element): string => {
  const said = host.closest<HTMLElement>("[lang]")?.lang ?? "";
  return said === "" ? navigator.language : said;
};
