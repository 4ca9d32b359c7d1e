import type { Answer } from "../../../shared/client/feed-api.ts";
import type { StateChange, UserNotification } from "../../../shared/client/notification.ts";
import type { WorkerClient } from "../../../shared/client/worker/serving.ts";

const ok: Answer<undefined> = { kind: "ok", value: undefined };
const never = new Promise<never>(() => undefined);

/** What a client would say, as the test has it. */
export const fakeClient = () => {
  const state = {
    view: [] as readonly UserNotification[],
    /** Of the next push; by default the notifications whose ids its text names. */
    fresh: undefined as readonly UserNotification[] | undefined,
    answer: ok as Answer<undefined>,
    isOurs: true,
    hangs: false,
    /** What a push's processing waits for. */
    before: (_text: string): Promise<void> => Promise.resolve(),
    updates: [] as { readonly id: string; readonly change: StateChange }[],
    synced: 0,
    /** What a sync brings. */
    onSync: (): void => undefined,
    subscribed: [] as string[],
    closed: 0,
  };
  const client: WorkerClient & { readonly close: () => void } = {
    processPush: async (text) => {
      await (state.hangs ? never : state.before(text));
      return {
        isOurs: state.isOurs,
        fresh: state.fresh ?? state.view.filter(({ id }) => text.includes(id)),
        answer: state.answer,
        renewal: Promise.resolve(),
      };
    },
    notifications: () => Promise.resolve(state.view),
    sync: () => {
      state.synced += 1;
      state.onSync();
      return state.hangs ? never : Promise.resolve(state.answer);
    },
    update: (id, change) => {
      state.updates.push({ id, change });
      state.view = state.view.map((one) => (one.id === id ? { ...one, ...change } : one));
      return Promise.resolve();
    },
    subscribe: ({ displayName }) => Promise.resolve(state.subscribed.push(displayName)).then(() => ok),
    close: () => (state.closed += 1),
  };
  return { state, client };
};

export const offline: Answer<undefined> = { kind: "offline", reason: "no network" };
