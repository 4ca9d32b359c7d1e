import type { Registration } from "../local-store.ts";
import { channelOf } from "../push-channel.ts";
import type { UserNotificationSubscriptionResult, UserNotificationUpdateResult } from "./results.ts";
import { serviceAt, servingUrlOf, type Uses } from "./service.ts";
import { failedDueToInvalidSubscription, resultOf } from "./statuses.ts";
import { updateOf } from "./updating.ts";

type Wish = {
  readonly targetHostName: string;
  readonly displayName: string;
  readonly pushSubscription: PushSubscription;
};

/** Subscribes this browser, or renews its subscription, and remembers how, for the service worker and later pages. */
export const subscribe = async (
  use: Uses,
  { targetHostName, displayName, pushSubscription }: Wish,
): Promise<UserNotificationSubscriptionResult> => {
  const before = await use.registrations.read();
  const place = { baseUrl: servingUrlOf(use), targetHostName };
  const device = { deviceId: before?.deviceId ?? crypto.randomUUID(), displayName };
  const channel = channelOf(pushSubscription);
  const answer = await serviceAt(use, place).subscribe({ targetHostName, ...device, channel });
  const result = resultOf(answer, use.now());
  if (answer.kind !== "ok") return { userNotificationSubscriptionId: null, expirationDateTime: null, ...result };
  const { id, userNotificationSubscriptionId, expirationDateTime } = answer.value;
  // It was another user's, or another app's: what they were given is nobody's any more.
  if (before && before.subscriptionId !== id) await forgetGiven(use, before);
  await use.registrations.write({
    ...place,
    ...device,
    account: id,
    subscriptionId: id,
    unsid: userNotificationSubscriptionId,
    expirationDateTime,
  });
  return { userNotificationSubscriptionId, expirationDateTime: new Date(expirationDateTime), ...result };
};

/** Ends this browser's subscription. The browser keeps its name as a device, and its push subscription, which is the page's. */
export const unsubscribe = async (use: Uses): Promise<UserNotificationUpdateResult> => {
  const registration = await use.registrations.read();
  if (registration?.subscriptionId === undefined) return updateOf("", failedDueToInvalidSubscription);
  const answer = await serviceAt(use, registration).unsubscribe(registration.subscriptionId);
  if (answer.kind === "ok") {
    await forgetGiven(use, registration);
    const { baseUrl, targetHostName, deviceId } = registration;
    await use.registrations.write({ baseUrl, targetHostName, deviceId, account: "" });
  }
  return updateOf("", resultOf(answer, use.now()));
};

const forgetGiven = async (use: Uses, registration: Registration): Promise<void> => {
  const store = use.givenStore(registration);
  await store.clear();
  store.close();
};
