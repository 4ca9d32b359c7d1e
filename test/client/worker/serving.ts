import { afterEach, beforeEach, vi } from "vitest";
import type { Registration } from "../../../shared/client/local-store.ts";
import { serveWith, type ServeOptions } from "../../../shared/client/worker/serve-notifications.worker.ts";
import { aNotification, now, pushOf } from "./a-notification.ts";
import { fakeClient } from "./fake-client.ts";
import { fakeScope } from "./fake-scope.ts";
import { chromium, type Manners } from "./fake-screen.ts";

export const registration: Registration = {
  baseUrl: "https://notify.example",
  targetHostName: "app.example",
  account: "ann",
  deviceId: "d",
  subscriptionId: "s",
  displayName: "Mail",
};

/** A worker that serves notifications, in a browser of these manners. */
export const serving = (options: ServeOptions = {}, manners: Manners = chromium) => {
  const world = fakeScope(manners);
  const { state, client } = fakeClient();
  const signedIn: { current: Registration | undefined } = { current: registration };
  const asked: string[] = [];
  let getToken: (() => Promise<string | undefined>) | undefined;
  serveWith(
    {
      scope: world.scope,
      registrations: { read: () => Promise.resolve(signedIn.current) },
      clientOf: ({ account }, tokens) => {
        asked.push(account);
        getToken = () => tokens({ isRefused: false });
        return client;
      },
      now: () => Date.now(),
    },
    options,
  );
  const push = (text: string | undefined): Promise<void> =>
    world.wake("push", { data: text === undefined ? null : { text: () => text } });
  const click = (index: number, action = ""): Promise<void> =>
    world.wake("notificationclick", { notification: world.toasts()[index] as unknown as Notification, action });
  return { ...world, state, signedIn, asked, push, click, token: () => getToken?.() };
};

/** With one toast on the screen. */
export const withToast = async (options: ServeOptions = {}, manners: Manners = chromium, change = {}) => {
  const world = serving(options, manners);
  world.state.view = [aNotification("n1", change)];
  await world.push(pushOf(aNotification("n1", change)));
  vi.setSystemTime(Date.now() + 3_000);
  return world;
};

/** What a click, and what a dismissal, is written back as. */
export const activated = [{ id: "n1", change: { userActionState: "activated", readState: "read" } }];
export const dismissed = [{ id: "n1", change: { userActionState: "dismissed" } }];

/** Each story begins at the same moment, and its time is its own. */
export const holdTime = (): void => {
  beforeEach(() => void vi.useFakeTimers({ now, toFake: ["Date", "setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());
};
