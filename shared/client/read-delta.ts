import { applyPage, startOver } from "./apply-page.ts";
import { done, givenUp, type Answer, type DeltaPage, type FeedApi } from "./feed-api.ts";
import type { LocalStore } from "./local-store.ts";
import { withoutExpired } from "./view.ts";

/**
 * One page on from where the state is, applied; waited for so many seconds if there is nothing yet. After `gone` the state has started
 * over: the next page is the first one.
 */
export type ReadStep = (signal: AbortSignal, waitSeconds?: number) => Promise<Answer<DeltaPage>>;

/** Reads the delta to its end. */
export type ReadToEnd = (signal: AbortSignal) => Promise<Answer<undefined>>;

/** So often in one pass the feed may be made anew before that is left to the next one. */
const againMax = 5;

/** How what others wrote gets into the state. A tab may be killed anywhere in here: then a page is read again. */
export const readingDelta = (
  api: Pick<FeedApi, "delta">,
  store: Pick<LocalStore, "read" | "update">,
  now: () => number,
): readonly [ReadStep, ReadToEnd] => {
  const step: ReadStep = async (signal, waitSeconds = 0) => {
    const asked = await store.read();
    const answer = await api.delta({ link: asked.link, waitSeconds, signal });
    if (answer.kind === "gone") await store.update((state) => startOver(state, asked));
    if (answer.kind !== "ok") return answer;
    // Signed out meanwhile: nothing of this user is to be kept any more.
    if (signal.aborted) return givenUp();
    await store.update((state) => applyPage(state, answer.value, asked));
    return answer;
  };

  const toEnd: ReadToEnd = async (signal) => {
    const { link, mark } = await store.read();
    // A pass that somebody began and left ends where the feed was then: one more is read behind it.
    let passes = link && !mark ? 2 : 1;
    for (let again = 0; passes > 0;) {
      const answer = await step(signal);
      if (answer.kind === "ok") passes -= answer.value.mark ? 1 : 0;
      else if (answer.kind !== "gone" || (again += 1) > againMax) return answer;
    }
    await store.update((state) => withoutExpired(state, now()));
    return done;
  };

  return [step, toEnd];
};
