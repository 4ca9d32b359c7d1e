import type { LocalState } from "./local-state.ts";
import type { LocalStore } from "./local-store.ts";
import type { UserNotification } from "./notification.ts";
import type { Surroundings } from "./surroundings.ts";
import { changeBetween, type NotificationsChange } from "./view-change.ts";
import { viewOf } from "./view.ts";

export type Watching = {
  readonly store: LocalStore;
  readonly around: Pick<Surroundings, "now" | "after" | "channel">;
  /** One for each feed. */
  readonly name: string;
  /** Ends it all when it is aborted: nothing is told from then on. */
  readonly signal: AbortSignal;
};

/** Told whenever the state was looked at: what has changed since the last time, and how many edits wait. */
type OnLook = (change: NotificationsChange, unsent: number) => void;

/** The feed as this browser has it, and what becomes of it, whoever does it: this tab, another one, the service worker, or time. */
export type WatchedFeed = Pick<LocalStore, "read" | "update"> & {
  /** Looks into the store, and tells what has changed since the last look. */
  readonly look: () => Promise<readonly UserNotification[]>;
  /** As of the last look. */
  readonly seen: () => readonly UserNotification[];
  /** The same for those who cannot wait for it: of a store that fails the next request tells. */
  readonly glance: () => void;
  readonly signOut: () => Promise<void>;
};

/** What tabs tell each other: the names of the events that it becomes there. */
const changed = "change";
const signedOut = "signedout";

/**
 * Tabs agree by the store alone; what they tell each other is to look again, and may get lost. `onSignedOut`: the user was signed out, here
 * or in another tab.
 */
export const watchedFeed = (
  { store, around, name, signal }: Watching,
  onLook: OnLook,
  onSignedOut: () => void,
): WatchedFeed => {
  let view: readonly UserNotification[] = [];
  let callOff: (() => void) | undefined;
  const channel = around.channel(name, (word) => {
    if (word === signedOut) onSignedOut();
    else glance();
  });

  const see = (state: LocalState): readonly UserNotification[] => {
    const now = around.now();
    const change = changeBetween(view, viewOf(state, now));
    view = change.notifications;
    callOff?.();
    if (signal.aborted) return view;
    const nextEnd = Math.min(...view.map(({ expirationDateTime }) => Date.parse(expirationDateTime)));
    callOff = around.after(nextEnd - now, glance);
    onLook(change, state.edits.length);
    return view;
  };
  const look = async () => see(await store.read());
  const glance = (): void => void look().catch(() => undefined);
  signal.addEventListener("abort", () => {
    callOff?.();
    channel?.close();
    store.close();
  });

  return {
    look,
    glance,
    seen: () => view,
    read: store.read,
    update: async (step) => {
      let before: LocalState | undefined;
      const after = await store.update((state) => step((before = state)));
      if (after === before) return after;
      if (!signal.aborted) channel?.tell(changed);
      see(after);
      return after;
    },
    signOut: async () => {
      await store.clear();
      channel?.tell(signedOut);
      await look();
      onSignedOut();
    },
  };
};
