import type { Ask } from "./ask.http.ts";
import type { ClientUses } from "./client-events.ts";
import type { GetToken } from "./client-options.ts";
import { done, type Answer } from "./feed-api.ts";
import type { LocalStore } from "./local-store.ts";
import { isToRenew, ownRegistration, type Whose } from "./own-registration.ts";
import { processPush, type PushOutcome } from "./process-push.ts";
import type { GivenPushSubscription } from "./push-channel.ts";
import { indexedDbRegistrationStore } from "./registration-store.indexed-db.ts";
import { subscriptionApiHttp } from "./subscription-api.http.ts";
import type { Subscribed } from "./subscription-api.ts";
import { subscribing, type Pushed, type SubscribeOptions, type Subscription } from "./subscription.ts";
import type { Surroundings } from "./surroundings.ts";
import { answerTokenQuestions } from "./worker/answer-worker.page.ts";
import { workerHere } from "./surroundings.browser.ts";
import { tellWorker } from "./worker/tell-worker.page.ts";

/** What the client hands to the script that is loaded later; `api`, `registrations` and `worker` by default as the browser has them. */
export type PushesUse = Partial<Pick<ClientUses, "api" | "registrations" | "worker">> & {
  readonly around: Surroundings;
  readonly ask: Ask;
  readonly whose: Whose;
  readonly getToken: GetToken;
  readonly feed: Pick<LocalStore, "read" | "update">;
  readonly sync: () => Promise<Answer<undefined>>;
  /** Ends it all. */
  readonly signal: AbortSignal;
};

/** What a client has to do with pushes and with the service worker that they wake. */
export type Pushes = ReturnType<typeof pushes>;

/** From now on the service worker's questions are answered. */
export const pushes = ({ around, ask, whose, getToken, feed, sync, signal, ...use }: PushesUse) => {
  const { now, after } = around;
  const { api = subscriptionApiHttp(ask), registrations = indexedDbRegistrationStore({ indexedDB }) } = use;
  let named: Pushed | undefined;
  const worker = async () => named ?? (use.worker ?? workerHere)();
  const subscription = subscribing({ api, registrations, whose, now, after, worker });
  const own = () => ownRegistration(registrations, whose);
  answerTokenQuestions({ account: whose.account, getToken, signal });

  /** One thing at a time is done with the browser's subscription, by all tabs. */
  const alone = <T>(work: (subscription: Subscription) => Promise<T>): Promise<T> =>
    around.alone("fanfare subscription", signal, () => work(subscription));

  const renew = async (isAskedFor: boolean): Promise<void> => {
    try {
      if (isAskedFor || isToRenew(await own(), now())) await alone((mine) => mine.renew(isAskedFor));
    } catch {
      // The next turn, push or start tries it again; there is half of its life left.
    }
  };

  return {
    unsid: async (): Promise<string | undefined> => (await own())?.unsid,
    renew,
    tellWorker: (isCurrent: boolean) => void tellWorker(isCurrent),
    unsidRefused: async (unsid: string): Promise<void> => {
      await alone((mine) => mine.unsidRefused(unsid)).catch(() => undefined);
      await renew(false);
    },
    subscribe: (registration: Pushed, options: SubscribeOptions): Promise<Answer<Subscribed>> => {
      named = registration;
      return alone((mine) => mine.subscribe(registration, options));
    },
    subscribeWith: (given: GivenPushSubscription, options: SubscribeOptions): Promise<Answer<Subscribed>> =>
      alone((mine) => mine.subscribeWith(given, options)),
    unsubscribe: (): Promise<Answer<undefined>> => alone((mine) => mine.unsubscribe()),
    /** Ends the subscription, whatever the service answers, and forgets that this browser ever was the user's. */
    signOut: async (): Promise<Answer<undefined>> => {
      await alone((mine) => mine.unsubscribe()).catch(() => undefined);
      await alone((mine) => mine.forget());
      await tellWorker(false);
      return done;
    },
    processPush: (text: string): Promise<PushOutcome> =>
      processPush({ feed, targetHostName: whose.targetHostName, sync, now, renew }, text),
  };
};
