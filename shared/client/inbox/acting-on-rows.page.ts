import type { UserNotification } from "../notification.ts";
import type { InboxClient } from "./inbox-client.ts";
import type { RowAct } from "./row-acts.ts";
import { spokenHeadlineOf } from "./spoken.ts";
import type { Undo } from "./undo.ts";
import type { InboxWords } from "./words.ts";

type Use = {
  readonly client: InboxClient;
  readonly words: () => InboxWords;
  readonly undo: Undo;
  /** Ids that are deleted but for the chance to undo it. */
  readonly leaving: Set<string>;
  /** Ids that were read under this filter. */
  readonly readHere: Set<string>;
  readonly announce: (sentence: string) => void;
  /** Tells the app that a notification is opened; false: the app does it itself. */
  readonly opened: (notification: UserNotification) => boolean;
};

/** Does with a notification what the user wants; `event` is the click, whose link is not followed if the app says so. */
export const actingOnRows = (use: Use): ((act: RowAct, notification: UserNotification, event: Event) => void) => {
  const { client, words, undo, leaving, readHere, announce, opened } = use;
  /** The client keeps it until it is sent; it rejects only when the browser's storage does. */
  const kept = (change: Promise<void>): void => void change.catch(() => announce(words().failed));
  const offered = (sentence: string, takeBack: () => void, settle: () => void): void => {
    undo.offer({ sentence, takeBack, settle });
    announce(`${sentence}. ${words().undoHint}`);
  };

  const open = (notification: UserNotification, event: Event): void => {
    if (!opened(notification)) event.preventDefault();
    readHere.add(notification.id);
    kept(client.update(notification.id, { readState: "read", userActionState: "activated" }));
  };

  const dismiss = (notification: UserNotification): void => {
    const { id, userActionState } = notification;
    kept(client.update(id, { userActionState: "dismissed" }));
    const takeBack = (): void => kept(client.update(id, { userActionState }));
    offered(words().dismissed(spokenHeadlineOf(notification, words())), takeBack, () => undefined);
  };

  /** Deleted is deleted, on every device and for good: so the service is told when there is no way back here either. */
  const remove = (notification: UserNotification): void => {
    const { id } = notification;
    leaving.add(id);
    // It stays hidden afterwards, for what the client knows may be drawn once more before it knows better.
    const settle = (): void =>
      kept(
        client.delete(id).catch((error: unknown) => {
          leaving.delete(id);
          throw error;
        }),
      );
    offered(words().deleted(spokenHeadlineOf(notification, words())), () => leaving.delete(id), settle);
  };

  const doing: Readonly<Record<RowAct, (notification: UserNotification, event: Event) => void>> = {
    open,
    read: ({ id }) => {
      readHere.add(id);
      kept(client.update(id, { readState: "read" }));
    },
    unread: ({ id }) => kept(client.update(id, { readState: "unread" })),
    dismiss,
    restore: ({ id }) => kept(client.update(id, { userActionState: "noInteraction" })),
    delete: remove,
  };
  return (act, notification, event) => doing[act](notification, event);
};
