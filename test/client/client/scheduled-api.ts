import type { Answer, FeedApi } from "../../../shared/client/feed-api.ts";
import type { ModelFeed } from "../model-feed.ts";
import type { SubscriptionApi } from "../../../shared/client/subscription-api.ts";
import { modelFeedApi } from "../model-feed-api.ts";

/** A request that is under way. It first gets to the service, or is lost; then its answer gets back, or is lost. */
export type Underway = {
  readonly reach: () => Promise<void>;
  readonly answer: () => void;
  readonly lose: () => void;
  readonly refuse: (waitMs: number) => void;
};

/** What the service did for this browser: what it was asked to change, and has changed. */
export type Done = {
  readonly id: string;
  readonly change: object | "delete";
  /** The words of the notification it was done to; undefined for a change of many, which cannot be conditional, and for a deletion. */
  readonly raw?: string | undefined;
};

/** A port to the model whose requests get there and back only when they are told to. `done` is added to whatever becomes of the answer. */
export const scheduledApi = (feed: ModelFeed, underway: Underway[], done: Done[]): FeedApi & SubscriptionApi => {
  const model = modelFeedApi(feed);
  const later = <T>(
    ask: () => Promise<Answer<T>>,
    { signal, mayComeLate = false }: { readonly signal?: AbortSignal | undefined; readonly mayComeLate?: boolean } = {},
  ): Promise<Answer<T>> =>
    new Promise((resolve) => {
      let answer: Answer<T> | undefined;
      const end = (last: Answer<T>): void => {
        const index = underway.indexOf(request);
        if (index >= 0) underway.splice(index, 1);
        signal?.removeEventListener("abort", giveUp);
        resolve(last);
      };
      const reach = async (): Promise<void> => {
        answer ??= await ask();
      };
      const request: Underway = {
        reach,
        // A wait is answered by what the feed is then, and not by what it was when it began.
        answer: () => {
          if (mayComeLate) answer = undefined;
          void reach().then(() => answer && end(answer));
        },
        lose: () => end({ kind: "offline", reason: "lost" }),
        refuse: (waitMs) => end({ kind: "throttled", reason: "406", waitMs }),
      };
      const giveUp = (): void => end({ kind: "offline", reason: "aborted" });
      signal?.addEventListener("abort", giveUp);
      if (signal?.aborted) resolve({ kind: "offline", reason: "aborted" });
      else underway.push(request);
    });
  return {
    ...model,
    delta: ({ link, waitSeconds = 0, signal }) =>
      later(() => model.delta({ link }), { signal, mayComeLate: waitSeconds > 0 }),
    change: ({ signal, ...ask }) =>
      later(
        async () => {
          const answer = await model.change(ask);
          if (answer.kind === "ok") done.push({ ...ask, raw: answer.value.notification.payload.rawContent });
          return answer;
        },
        { signal },
      ),
    remove: ({ signal, ...ask }) =>
      later(
        async () => {
          const answer = await model.remove(ask);
          if (answer.kind === "ok") done.push({ id: ask.id, change: "delete" });
          return answer;
        },
        { signal },
      ),
    changeMany: ({ signal, ...ask }) =>
      later(
        async () => {
          const answer = await model.changeMany(ask);
          if (answer.kind === "ok") done.push(...ask.ids.map((id) => ({ id, change: ask.change })));
          return answer;
        },
        { signal },
      ),
  };
};
