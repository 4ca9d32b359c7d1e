import { askTwice } from "./ask-twice.ts";
import type { Answer, Setback } from "./feed-api.ts";
import type { Registration, RegistrationStore } from "./local-store.ts";
import { isToRenew, ownRegistration, type Whose } from "./own-registration.ts";
import { channelOf, keyOf, type GivenPushSubscription } from "./push-channel.ts";
import type { NotificationType, Subscribed, SubscriptionApi } from "./subscription-api.ts";
import type { Surroundings } from "./surroundings.ts";

/** Of a `ServiceWorkerRegistration`: what pushes come by. */
export type Pushed = { readonly pushManager: Pick<PushManager, "getSubscription" | "subscribe"> };

/** How the user's devices are told apart, and what is pushed to this one. */
export type SubscribeOptions = { readonly displayName: string; readonly notificationType?: NotificationType };

export type Subscribing = {
  readonly api: SubscriptionApi;
  readonly registrations: RegistrationStore;
  /** Whose subscription it is. */
  readonly whose: Whose;
  readonly now: () => number;
  readonly after: Surroundings["after"];
  /** The service worker that is to be renewed for, when none was named. */
  readonly worker: () => Promise<Pushed | undefined>;
};

export type Subscription = ReturnType<typeof subscribing>;

/** This browser's subscription. One thing at a time is to be done with it, by all tabs. */
export const subscribing = ({ api, registrations, whose, now, after, worker }: Subscribing) => {
  const own = () => ownRegistration(registrations, whose);

  const subscribeWith = async (
    subscription: GivenPushSubscription,
    { displayName, notificationType }: SubscribeOptions,
  ): Promise<Answer<Subscribed>> => {
    const registration: Registration = {
      ...((await own()) ?? { deviceId: crypto.randomUUID() }),
      ...whose,
      displayName,
      ...(notificationType && { notificationType }),
    };
    // Before the service knows: a push may be here before the answer is. Killed in between, it is the same device that asks again.
    await registrations.write(registration);
    const { targetHostName, deviceId } = registration;
    const answer = await api.subscribe({
      targetHostName,
      deviceId,
      displayName,
      ...(notificationType && { notificationType }),
      channel: channelOf(subscription),
    });
    if (answer.kind !== "ok") return answer;
    const { id, userNotificationSubscriptionId, expirationDateTime } = answer.value;
    await registrations.write({
      ...registration,
      subscriptionId: id,
      unsid: userNotificationSubscriptionId,
      expirationDateTime,
      renewDateTime: new Date((now() + Date.parse(expirationDateTime)) / 2).toISOString(),
    });
    return answer;
  };

  /** What the browser has of this worker now. */
  const subscriptionOf = ({ pushManager }: Pushed) => askTwice(after, () => pushManager.getSubscription());

  const subscribe = async (registration: Pushed, options: SubscribeOptions): Promise<Answer<Subscribed>> => {
    const key = await api.vapidPublicKey();
    if (key.kind !== "ok") return key;
    try {
      const found = await subscriptionOf(registration);
      const isMine = found && (await own()) && (keyOf(found) ?? key.value) === key.value;
      // Somebody else's has to end: pushes to the one who was signed in here before would be shown to the one who is now.
      if (!isMine) await found?.unsubscribe();
      const subscription = isMine
        ? found
        : await askTwice(after, () =>
            registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key.value }),
          );
      return await subscribeWith(subscription, options);
    } catch (cause) {
      return refusedByBrowser(cause);
    }
  };

  return {
    subscribe,
    subscribeWith,
    /** The service does not take this UNSID any more: it is forgotten, and the subscription is due for renewal. */
    unsidRefused: async (refused: string): Promise<void> => {
      const mine = await own();
      if (mine?.unsid !== refused) return;
      const { unsid: _, renewDateTime, ...rest } = mine;
      await registrations.write({ ...rest, ...(renewDateTime && { renewDateTime: new Date(now()).toISOString() }) });
    },

    /** Subscribes anew if it is time to, or asked for by the service; only where the browser is still subscribed. */
    renew: async (isAskedFor: boolean): Promise<void> => {
      const mine = await own();
      if (!mine?.renewDateTime || !(isAskedFor || isToRenew(mine, now()))) return;
      const here = await worker();
      if (here && (await subscriptionOf(here))) await subscribe(here, { ...mine, displayName: mine.displayName ?? "" });
    },

    /** Ends it: here at once, so that nothing rings whatever the service answers; asked again until that is done, too. */
    unsubscribe: async (): Promise<Answer<undefined>> => {
      const mine = await own();
      if (!mine) return { kind: "ok", value: undefined };
      const here = await worker();
      await (here && (await subscriptionOf(here)))?.unsubscribe();
      const { subscriptionId, unsid: _, expirationDateTime: _end, renewDateTime: _renew, ...rest } = mine;
      await registrations.write({ ...rest, ...(subscriptionId && { subscriptionId }) });
      if (subscriptionId === undefined) return { kind: "ok", value: undefined };
      const answer = await api.unsubscribe(subscriptionId);
      if (answer.kind !== "ok") return answer;
      await registrations.write(rest);
      return { kind: "ok", value: undefined };
    },

    /** Forgets that this browser ever was the user's. */
    forget: async (): Promise<void> => {
      if (await own()) await registrations.write(undefined);
    },
  };
};

/** The user does not allow it, or it is no secure page: asking again is for the app. Or the browser's own push service is away. */
const refusedByBrowser = (cause: unknown): Setback => {
  const reason = String(cause);
  return reason.startsWith("AbortError") ? { kind: "offline", reason } : { kind: "refused", status: 0, reason };
};
