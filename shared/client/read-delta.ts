import { applyPage, startOver } from "./apply-page.ts";
import { done, type Answer, type FeedApi } from "./feed-api.ts";
import type { LocalStore } from "./local-store.ts";
import { withoutExpired } from "./view.ts";

export type Reading = {
  readonly api: Pick<FeedApi, "delta">;
  readonly store: Pick<LocalStore, "read" | "update">;
  readonly now: () => number;
};

/**
 * One page on from where the state is, applied; waited for so many seconds if there is nothing yet. `isOver`: it was the last one of its pass.
 * After `gone` the state has started over: the next page is the first one.
 */
export type ReadStep = (
  signal: AbortSignal,
  waitSeconds?: number,
) => Promise<Answer<{ readonly isOver: boolean; readonly isEmpty: boolean }>>;

/** So often in one pass the feed may be made anew before that is left to the next one. */
const againMax = 5;

/** How what others wrote gets into the state. A tab may be killed anywhere in here: then a page is read again. */
export const readingDelta = ({ api, store, now }: Reading) => {
  const step: ReadStep = async (signal, waitSeconds = 0) => {
    const asked = await store.read();
    const answer = await api.delta({ link: asked.link, waitSeconds, signal });
    if (answer.kind === "gone") await store.update((state) => startOver(state, asked));
    if (answer.kind !== "ok") return answer;
    // Signed out meanwhile: nothing of this user is to be kept any more.
    if (signal.aborted) return { kind: "offline", reason: "aborted" };
    const page = answer.value;
    await store.update((state) => applyPage(state, page, asked));
    return { kind: "ok", value: { isOver: page.mark !== undefined, isEmpty: page.changes.length === 0 } };
  };

  /** Reads the delta to its end. */
  const toEnd = async (signal: AbortSignal): Promise<Answer<undefined>> => {
    const { link, mark } = await store.read();
    // A pass that somebody began and left ends where the feed was then: one more is read behind it.
    let passes = link !== undefined && mark === undefined ? 2 : 1;
    for (let again = 0; passes > 0;) {
      const answer = await step(signal);
      if (answer.kind === "ok") passes -= answer.value.isOver ? 1 : 0;
      else if (answer.kind !== "gone" || (again += 1) > againMax) return answer;
    }
    await store.update((state) => withoutExpired(state, now()));
    return done;
  };

  return { step, toEnd };
};
