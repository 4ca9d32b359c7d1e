import type { StateChange } from "../notification.ts";
import type { ToastMark } from "../toasts/toast.ts";
import { reconcile } from "./reconcile.ts";
import type { Serving } from "./serving.ts";
import { within } from "./within.ts";

/** How long the service is waited for; what is not sent by then stays in the store and goes with the next page, sync or push. */
const sendMs = 10_000;
/** The tag of the Background Sync that sends what could not be sent. */
const editsTag = "fanfare-edits";

/**
 * Lays down what the user did with a toast, and sends it if it can be. What another account's toast was clicked for stays unsaid: it would be
 * written with the wrong user's token.
 */
export const writeBack = async (serving: Serving, mark: ToastMark, change: StateChange): Promise<void> => {
  const registration = await serving.registrations.read();
  if (mark.kind !== "notification" || registration?.account !== mark.account) return;
  const client = serving.clientOf(registration);
  await client.update(mark.notification.id, change);
  const answer = await within(sendMs, client.sync());
  if (answer?.kind === "ok") await reconcile(serving, registration, true);
  else await within(sendMs, serving.scope.registration.sync?.register(editsTag) ?? Promise.resolve());
};
