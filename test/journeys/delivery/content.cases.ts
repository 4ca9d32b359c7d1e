import { describe, expect, test } from "vitest";
import type { LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";
import { platforms } from "./platforms.ts";

/** What a device shows of what is posted, replaced, seen to and over: its screen is the witness. */
export const contentCases = (shared: () => LocalStack): void => {
  describe.concurrent.each(platforms)("$platformType", ({ platformType, tooMuch, throttled }) => {
    const visual = (title: string, more: object = {}) => ({
      payload: { visualContent: { title, body: "to you" } },
      ...more,
    });
    const anybody = (): string => `${crypto.randomUUID()}@contoso.com`;
    const device = (user: string, more: object = {}) => shared().device(user, undefined, platformType, { ...more });
    /** Of all the user's devices, as the service tells their own app. */
    const channelStates = async (user: string): Promise<unknown[]> => {
      const headers = { authorization: `Bearer ${await shared().token({ user })}` };
      const answer = await fetch(`${shared().stack.httpUrl}/beta/me/notifications/subscriptions`, { headers });
      const { value } = (await answer.json()) as { value: readonly { readonly channelState: unknown }[] };
      return value.map(({ channelState }) => channelState);
    };
    const taken = async (deviceId: string) =>
      (await shared().pushTo(platformType).received()).filter(
        (one) => one.deviceId === deviceId && one.content !== null,
      );

    test("visual content is drawn by the system, and nothing but what it draws leaves with it", async () => {
      const user = anybody();
      const { deviceId, unsid } = await device(user);
      const secretName = "order of Ada Lovelace";
      await shared().post(visual("Hello", { appNotificationId: secretName }), { unsid });
      await shared().shows({ deviceId, platformType }, ["Hello: to you"]);
      const [push, ...others] = await taken(deviceId);
      expect(others).toEqual([]);
      expect(JSON.stringify(push)).not.toMatch(/Lovelace|graphnotifications\.sample/);
    });

    test("raw content goes in the push to whoever asked for that; the others are tapped, and fetch it", async () => {
      const user = anybody();
      const [withPayload, tapped] = await Promise.all([
        device(user, { notificationType: "NotificationWithPayload" }),
        device(user),
      ]);
      await shared().send("your order is ready", withPayload);
      await Promise.all([withPayload, tapped].map((one) => shared().shows(one, ["your order is ready"])));
      expect((await taken(withPayload.deviceId))[0]?.content).toContain("your order is ready");
      expect(JSON.stringify(await taken(tapped.deviceId))).not.toContain("your order is ready");
    });

    test("what is posted again under its name takes the place of the first", async () => {
      const one = await device(anybody());
      await shared().post(visual("First", { appNotificationId: "same" }), { unsid: one.unsid });
      await shared().shows(one, ["First: to you"]);
      await shared().post(visual("Second", { appNotificationId: "same" }), { unsid: one.unsid });
      await shared().shows(one, ["Second: to you"]);
    });

    test("dismissed on one device, it leaves the other; deleted, it leaves every one", async () => {
      const user = anybody();
      const [here, there] = await Promise.all([device(user), device(user)]);
      const both = [here, there];
      const [stays, goes] = [
        await shared().post(visual("Stays"), { unsid: here.unsid }),
        await shared().post(visual("Goes"), { unsid: here.unsid }),
      ];
      await Promise.all(both.map((one) => shared().shows(one, ["Stays: to you", "Goes: to you"])));
      const { act } = shared().pushTo(platformType);
      await act(here.deviceId, { notificationId: String(goes.json.id), action: "dismiss" });
      await Promise.all(both.map((one) => shared().shows(one, ["Stays: to you"])));
      await act(there.deviceId, { notificationId: String(stays.json.id), action: "delete" });
      await Promise.all(both.map((one) => shared().shows(one, [])));
    });

    test("it ends where it is shown, and where it still waits for its device", async () => {
      const user = anybody();
      const [shown, away] = await Promise.all([device(user), device(user)]);
      const { setOnline } = shared().pushTo(platformType);
      await setOnline(away.deviceId, false);
      // Apple knows whole seconds.
      const expirationDateTime = new Date(Math.ceil(Date.now() / 1_000 + 4) * 1_000).toISOString();
      await shared().post({ payload: { rawContent: "Short" }, expirationDateTime }, { unsid: shown.unsid });
      await shared().post(
        { payload: { visualContent: { title: "Drawn" } }, expirationDateTime },
        { unsid: shown.unsid },
      );
      await shared().shows(shown, ["Short", "Drawn"]);
      // What the system drew is taken away by Windows alone; on the others it stays until the app next looks at its feed.
      await shared().shows(shown, platformType === "Windows" ? [] : ["Drawn"]);
      await setOnline(away.deviceId, true);
      expect(await shared().shown(away)).toEqual([]);
    });

    test("what is too large for one push goes as a tap, and is shown whole", async () => {
      const one = await device(anybody());
      const body = "ü".repeat(Math.ceil(tooMuch / 2));
      await shared().post({ payload: { visualContent: { title: "Long", body } } }, { unsid: one.unsid });
      await shared().shows(one, [`Long: ${body}`]);
      expect(JSON.stringify(await taken(one.deviceId))).not.toContain("üüü");
    });

    test("a vendor that wants less gets it again no sooner than it asked, and the device has it", async () => {
      const one = await device(anybody());
      const { addFault, received } = shared().pushTo(platformType);
      await addFault({ device: one.deviceId, ...throttled, headers: { "retry-after": "3" }, count: 1 });
      await shared().post(visual("Later"), { unsid: one.unsid });
      await shared().shows(one, ["Later: to you"]);
      const times = (await received())
        .filter(({ deviceId }) => deviceId === one.deviceId)
        .map(({ at }) => Date.parse(at));
      expect(times).toHaveLength(2);
      expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(3_000);
    });

    test("a device that is gone is tried no more, while its UNSID still names the user", async () => {
      const user = anybody();
      const [leaver, stayer] = await Promise.all([device(user), device(user)]);
      await shared().pushTo(platformType).removeDevice(leaver.deviceId);
      await shared().post(visual("First"), { unsid: leaver.unsid });
      await shared().shows(stayer, ["First: to you"]);
      // The vendor has said so before the service has written it down: only then is the next one posted.
      const isGone = async (): Promise<boolean> => (await channelStates(user)).includes("gone");
      await until(isGone, { what: "the channel is dropped" });
      await shared().post(visual("Second"), { unsid: leaver.unsid });
      await shared().shows(stayer, ["First: to you", "Second: to you"]);
      expect(await shared().attemptsAt(leaver)).toHaveLength(1);
    });
  });
};
