import type { LocalState } from "./local-state.ts";
import type { LocalStore } from "./local-store.ts";
import type { UserNotification } from "./notification.ts";
import type { Surroundings } from "./surroundings.ts";
import { changeBetween, isChange, type NotificationsChange } from "./view-change.ts";
import { viewOf } from "./view.ts";

export type Watching = {
  readonly store: LocalStore;
  readonly around: Pick<Surroundings, "now" | "after" | "channel">;
  /** One for each feed. */
  readonly name: string;
  /** Aborted when the client is closed: nothing is told from then on. */
  readonly signal: AbortSignal;
  readonly onChange: (change: NotificationsChange) => void;
  /** Told so many edits that wait, whenever the state was looked at. */
  readonly onUnsent: (unsent: number) => void;
  /** Another tab has signed the user out. */
  readonly onSignedOut: () => void;
};

/** The feed as this browser has it, and what becomes of it, whoever does it: this tab, another one, the service worker, or time. */
export type WatchedFeed = Pick<LocalStore, "read" | "update"> & {
  /** Looks into the store, and tells what has changed since the last look. */
  readonly look: () => Promise<readonly UserNotification[]>;
  /** As of the last look. */
  readonly seen: () => readonly UserNotification[];
  readonly signOut: () => Promise<void>;
  readonly close: () => void;
};

const changed = "changed";
const signedOut = "signed out";

/** Tabs agree by the store alone; what they tell each other is to look again, and may get lost. */
export const watchedFeed = (use: Watching): WatchedFeed => {
  const { store, around, name, signal, onChange, onUnsent, onSignedOut } = use;
  let view: readonly UserNotification[] = [];
  let callOff = (): void => undefined;
  const channel = around.channel(name, (word) => {
    if (word === signedOut) onSignedOut();
    else look().catch(() => undefined); // of a store that fails the next request tells
  });

  const see = (state: LocalState): readonly UserNotification[] => {
    const now = around.now();
    const change = changeBetween(view, viewOf(state, now));
    view = change.notifications;
    callOff();
    if (signal.aborted) return view;
    const nextEnd = Math.min(...view.map(({ expirationDateTime }) => Date.parse(expirationDateTime)));
    if (nextEnd < Infinity) callOff = around.after(nextEnd - now, () => void look().catch(() => undefined));
    onUnsent(state.edits.length);
    if (isChange(change)) onChange(change);
    return view;
  };
  const look = async () => see(await store.read());

  return {
    look,
    seen: () => view,
    read: store.read,
    update: async (step) => {
      let before: LocalState | undefined;
      const after = await store.update((state) => step((before = state)));
      if (after === before) return after;
      if (!signal.aborted) channel.tell(changed);
      see(after);
      return after;
    },
    signOut: async () => {
      await store.clear();
      channel.tell(signedOut);
      await look();
    },
    close: () => {
      callOff();
      channel.close();
      store.close();
    },
  };
};
