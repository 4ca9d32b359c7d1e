import type { PushState } from "../state.ts";
import type { Change } from "../store.ts";

/** Whether the system shows this notification under that tag, as the platform's tags are made of the names an app knows. */
export type IsTagOf = (
  tag: string,
  notification: { readonly targetHostName: string; readonly appNotificationId: string },
) => boolean;

/** Finds out which of the notifications that an app knows its device's nameless toasts are. */
export type NameToasts = (deviceId: string) => Change[];

/** Where a toast's data have no room for an id (a Windows toast that opens a URL), the app knows it by its tag. */
export const toastNamer =
  ({ screens, memories }: Pick<PushState<never>, "screens" | "memories">, isTagOf: IsTagOf = () => false): NameToasts =>
  (deviceId) => {
    const targetHostName = memories.of(deviceId)?.account.targetHostName;
    if (targetHostName === undefined) return [];
    return screens.of(deviceId).flatMap(({ id, topic, number }) => {
      if (id !== undefined || topic === undefined) return [];
      // Of one name the latest: an older one was deleted, or is over.
      const known = [...memories.known(deviceId).values()].findLast(({ appNotificationId }) =>
        isTagOf(topic, { targetHostName, appNotificationId }),
      );
      return known ? screens.name(deviceId, number, known.id) : [];
    });
  };
