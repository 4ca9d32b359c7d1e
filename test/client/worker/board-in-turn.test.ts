import { expect, test, vi } from "vitest";
import { nothingNewMs } from "../../../shared/client/toasts/stale-toasts.ts";
import { aNotification, pushOf } from "./a-notification.ts";
import { holdTime, serving } from "./serving.ts";

holdTime();

type World = ReturnType<typeof serving>;

/** Whatever makes the worker look at what is on the screen. */
const looks: readonly (readonly [name: string, look: (world: World) => Promise<unknown>])[] = [
  ["a page of the app", ({ wake }) => wake("message", { data: { fanfare: { kind: "look", isCurrent: true } } })],
  ["the browser", ({ wake }) => wake("sync", { tag: "fanfare-toasts" })],
  [
    "a person who closes another toast",
    ({ wake, toasts, closeByHand }) => wake("notificationclose", { notification: closeByHand(toasts()[0]!) }),
  ],
  ["a quiet toast's end", () => vi.advanceTimersByTimeAsync(nothingNewMs)],
];

test.each(looks)("%s has the screen looked at while a toast is put up: it is listed all the same", async (_, look) => {
  const world = serving();
  const { state, push, screen, scope, isDrawing } = world;
  const notifications = [aNotification("n1"), aNotification("n2")] as const;
  await push("nobody's"); // something quiet, which goes by itself
  state.view = [notifications[0]];
  await push(pushOf(notifications[0]));
  state.view = notifications;

  let draw = (): void => undefined;
  screen.drawing = new Promise((resolve) => (draw = resolve));
  const pushed = push(pushOf(notifications[1]));
  await vi.advanceTimersByTimeAsync(0);
  expect(isDrawing()).toBe(true);
  const looked = look(world);
  await vi.advanceTimersByTimeAsync(0);
  draw();
  await Promise.all([pushed, looked]);

  const listed = await scope.registration.getNotifications();
  expect(listed.map(({ tag }) => tag)).toContain("n2");
});
