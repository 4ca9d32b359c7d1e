import { describe, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { anyone, browser, caller, list, stack, subscribe } from "./subscriber.ts";

/** Which of them ring. */
export const rungSubscriptionCases = (): void => {
  describe("delivery", () => {
    test("all the user's devices of this app ring, and nobody else's", async () => {
      const someone = await caller.person();
      const [phone, laptop, strangers, otherApps] = await Promise.all([
        stack.device(anyone.upn),
        stack.device(anyone.upn),
        stack.device(someone.upn),
        stack.device(anyone.upn, caller.other),
      ]);
      const { unsid } = phone;
      await caller.post({ payload: { rawContent: "ring" } }, { token: await stack.token(), unsid });
      await Promise.all([stack.shows(phone, ["ring"]), stack.shows(laptop, ["ring"])]);
      expect([await stack.attemptsAt(strangers), await stack.attemptsAt(otherApps)]).toEqual([[], []]);
    });

    test("with payload the content is in the push, NotificationOnly gets a tap, NoNotification nothing", async () => {
      const [only, none, whole] = [browser, await stack.push.createDevice(), await stack.push.createDevice()];
      await subscribe({ notificationType: "NotificationOnly" });
      await subscribe({ notificationType: "NoNotification", channel: none.channel });
      await subscribe({ channel: whole.channel });
      await caller.post({ payload: { rawContent: "content" } }, { token: anyone.token });
      await Promise.all([stack.shows(whole, ["content"]), stack.shows(only, ["(a tap)"])]);
      expect(await stack.attemptsAt(none)).toEqual([]);
    });

    test("targetPolicy filters delivery, not storage; visual content alone pushes no browser", async () => {
      const device = await stack.device(anyone.upn);
      const policy = { targetPolicy: { platformTypes: ["Windows", "iOS", "Android"] } };
      expect((await caller.post(policy, { token: anyone.token })).status).toBe(201);
      const visual = { payload: { visualContent: { title: "t" } } };
      expect((await caller.post(visual, { token: anyone.token })).status).toBe(201);
      await caller.post({ payload: { rawContent: "last" } }, { token: anyone.token });
      await stack.shows(device, ["last"]);
      expect(await stack.attemptsAt(device)).toEqual([201]);
    });

    test("when a push service says gone, the channel is dropped and the UNSID kept: it still names its user", async () => {
      const device = await stack.device(anyone.upn);
      await stack.push.addFault({ device: device.deviceId, status: 410, count: 1 });
      const sent = { token: await stack.token(), unsid: device.unsid };
      expect((await caller.post({}, sent)).status).toBe(201);
      const isGone = async (): Promise<boolean> => (await list())[0]?.channelState === "gone";
      await until(isGone, { what: "the channel is gone" });
      expect((await caller.post({}, sent)).status).toBe(201);
      expect(await stack.attemptsAt(device)).toEqual([410]);

      const renewed = await subscribe({ deviceId: device.deviceId, channel: browser.channel });
      expect([renewed.status, renewed.json.userNotificationSubscriptionId]).toEqual([200, device.unsid]);
      expect(await list()).toMatchObject([{ channelState: "active" }]);
      await caller.post({ payload: { rawContent: "back" } }, sent);
      const shown = async (): Promise<boolean> => (await stack.shown(browser)).includes("back");
      await until(shown, { what: "the renewed channel rings" });
    });
  });
};
