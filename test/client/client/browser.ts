import { UserNotificationClient } from "../../../shared/client/client.ts";
import type { FeedApi } from "../../../shared/client/feed-api.ts";
import type { LocalStore } from "../../../shared/client/local-store.ts";
import { memoryLocalStore } from "../../../shared/client/local-store.memory.ts";
import { memoryRegistrationStore } from "../../../shared/client/registration-store.memory.ts";
import type { SubscriptionApi } from "../../../shared/client/subscription-api.ts";
import type { Pushed } from "../../../shared/client/subscription.ts";
import type { Surroundings } from "../../../shared/client/surroundings.ts";
import { locks } from "./locks.ts";

type Use = { readonly now: () => number; readonly api: FeedApi & SubscriptionApi; readonly account?: string };

/** A browser of which everything stands still until it is told otherwise: its tabs share a store, locks and channels. */
export const browser = ({ now, api, account = "me" }: Use) => {
  const store = memoryLocalStore();
  const registrations = memoryRegistrationStore();
  const alone = locks();
  const listeners = new Set<{ readonly tab: object; readonly name: string; readonly heard: (word: string) => void }>();
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  let worker: Pushed | undefined;

  /** A tab as the user has it open. */
  const open = () => {
    const tab = {};
    let isVisible = true;
    let isKilled = false;
    const turns = new Set<() => void>();
    /** Nothing that a killed tab has begun goes on: what it waits for never comes. */
    const alive = <T>(promise: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        const unlessKilled =
          <V>(then: (value: V) => void) =>
          (value: V) => {
            if (!isKilled) then(value);
          };
        promise.then(unlessKilled(resolve), unlessKilled(reject));
      });
    const never = new Promise<never>(() => undefined);
    const ownStore: LocalStore = {
      read: () => alive(store.read()),
      update: (step) => (isKilled ? never : alive(store.update(step))),
      clear: () => alive(store.clear()),
      close: () => undefined,
    };
    const around: Surroundings = {
      now,
      chance: () => 0.5,
      after: (ms, run) => {
        const timer = { at: now() + ms, run: () => !isKilled && run() };
        timers.push(timer);
        return () => {
          timers = timers.filter((one) => one !== timer);
        };
      },
      isVisible: () => isVisible,
      onTurn: (told, signal) => {
        turns.add(told);
        signal.addEventListener("abort", () => turns.delete(told));
      },
      alone: (name, signal, work) => (isKilled ? never : alone.run(tab, name, signal, work)),
      hasWorker: () => Promise.resolve(worker !== undefined),
      channel: (name, heard) => {
        const listener = { tab, name, heard };
        listeners.add(listener);
        return {
          tell: (word) => {
            for (const other of listeners) if (other.tab !== tab && other.name === name) other.heard(word);
          },
          close: () => listeners.delete(listener),
        };
      },
    };
    const options = { baseUrl: "https://fanfare.example", targetHostName: "app.contoso.com", account };
    const client = new UserNotificationClient(
      { ...options, getToken: () => Promise.resolve("token") },
      { api, store: ownStore, registrations, around, worker: () => Promise.resolve(worker) },
    );
    const turn = (): void => {
      for (const told of [...turns]) told();
    };
    return {
      client,
      /** The network is there again, or gone. */
      turn,
      show: (shown: boolean) => {
        isVisible = shown;
        turn();
      },
      /** The browser ends it on the spot: nothing of its own code runs any more. */
      kill: () => {
        isKilled = true;
        for (const listener of listeners) if (listener.tab === tab) listeners.delete(listener);
        alone.release(tab);
      },
    };
  };

  return {
    open,
    store,
    registrations,
    use: (registration: typeof worker) => {
      worker = registration;
    },
    /** Runs what was due until now. */
    tick: () => {
      const due = timers.filter(({ at }) => at <= now());
      timers = timers.filter(({ at }) => at > now());
      for (const { run } of due) run();
    },
    /** When the next timer is due. */
    nextAt: () => Math.min(...timers.map(({ at }) => at)),
  };
};

type Browser = ReturnType<typeof browser>;
export type Tab = ReturnType<Browser["open"]>;

/** Lets everything run that need not wait for time, network or the user. */
export const idle = async (): Promise<void> => {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};
