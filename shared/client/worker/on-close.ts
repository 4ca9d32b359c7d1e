import { isClosedByPerson, isDismissal } from "../toasts/closed-toast.ts";
import { toastMarkOf } from "../toasts/toast.ts";
import { isOwnDoing, type Serving } from "./serving.ts";
import { writeBack } from "./write-back.ts";

/** A toast has gone from the screen: if its user closed it, the notification is dismissed everywhere. */
export const onClose = async (serving: Serving, toast: Notification): Promise<void> => {
  const mark = toastMarkOf(toast.data);
  if (!mark || isOwnDoing(serving, toast.tag)) return;
  const { scope, board, registrations, closedMeansDismissed, now } = serving;
  const isByPerson = closedMeansDismissed ?? isClosedByPerson(scope.navigator.userAgent, now() - mark.shownAt);
  const registration = isByPerson ? await registrations.read() : undefined;
  if (!registration) return;
  const [view, others] = await Promise.all([
    serving.clientOf(registration).notifications(),
    board.getNotifications({ tag: toast.tag }),
  ]);
  const { account } = registration;
  if (isDismissal({ mark, account, view, isReplaced: others.length > 0, isByPerson })) {
    await writeBack(serving, mark, { userActionState: "dismissed" });
  }
};
