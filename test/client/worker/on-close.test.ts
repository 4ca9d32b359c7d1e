import { describe, expect, test } from "vitest";
import { aNotification, pushOf } from "./a-notification.ts";
import { firefox } from "./fake-screen.ts";
import { dismissed, holdTime, serving, withToast } from "./serving.ts";

holdTime();

describe("on a closing", () => {
  const closing = async (world: Awaited<ReturnType<typeof withToast>>): Promise<void> => {
    const [toast] = world.toasts();
    if (toast) await world.wake("notificationclose", { notification: world.closeByHand(toast) });
  };

  test("a person's is a dismissal", async () => {
    const world = await withToast();
    await closing(world);
    expect(world.state.updates).toEqual(dismissed);
  });

  test("Firefox's proves nothing, unless the app says so", async () => {
    const world = await withToast({}, firefox);
    await closing(world);
    expect(world.state.updates).toEqual([]);
    const told = await withToast({ closedMeansDismissed: true }, firefox);
    await closing(told);
    expect(told.state.updates).toEqual(dismissed);
  });

  test("a person's is one also in the moment the toast has come up; of a replace nothing is believed for two seconds", async () => {
    const { state, wake, push, toasts, closeByHand } = serving({ closedMeansDismissed: true }, firefox);
    const closed = (): Promise<void> => wake("notificationclose", { notification: closeByHand(toasts()[0]!) });
    state.view = [aNotification("n1"), aNotification("n2")];
    await push(pushOf(aNotification("n1")));
    await closed();
    expect(state.updates).toEqual(dismissed);
    await push(pushOf(aNotification("n2")));
    await push(pushOf(aNotification("n2")));
    await closed();
    expect(state.updates).toEqual(dismissed);
  });

  test("our own is none, though the browser tells of it", async () => {
    const { state, push, toasts, wake } = await withToast({ closedMeansDismissed: true }, firefox);
    state.view = [aNotification("n1", { readState: "read" }), aNotification("n2")];
    await push(pushOf(aNotification("n2")));
    expect(toasts()).toMatchObject([{ tag: "n2" }]);
    state.view = [];
    await wake("sync", { tag: "fanfare-edits" });
    expect(toasts()).toEqual([]);
    expect(state.updates).toEqual([]);
  });
});
