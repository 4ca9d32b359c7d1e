import { expect, test } from "vitest";
import type { LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";

/** Who gets what is posted, and what a browser's push service may do to it. */
export const browserCases = (shared: () => LocalStack): void => {
  test("both devices of a user get a notification; another user's and another app's devices do not", async () => {
    const otherApp = shared().stack.apps.find(({ hostName }) => hostName === "other.contoso.com");
    const [phone, laptop, strangers, otherApps] = await Promise.all([
      shared().device("ada@contoso.com"),
      shared().device("ada@contoso.com"),
      shared().device("grace@contoso.com"),
      shared().device("ada@contoso.com", otherApp),
    ]);
    await shared().send("for Ada", phone);
    await Promise.all([phone, laptop].map((device) => shared().shows(device, ["for Ada"])));

    // What comes later shows that nothing came before.
    await shared().send("for Grace", strangers);
    await shared().post({ payload: { rawContent: "of another app" } }, { app: otherApp!, unsid: otherApps.unsid });
    await Promise.all([shared().shows(strangers, ["for Grace"]), shared().shows(otherApps, ["of another app"])]);
    const attempts = await Promise.all([phone, laptop, strangers, otherApps].map(shared().attemptsAt));
    expect(attempts).toEqual([[201], [201], [201], [201]]);
  });

  test("a signed-in user posts to their own devices without a UNSID", async () => {
    const device = await shared().device("hedy@contoso.com");
    const answer = await shared().post({ payload: { rawContent: "note to self" } }, { user: "hedy@contoso.com" });
    expect(answer.status).toBe(201);
    expect(answer.json["@odata.context"]).toContain("users('hedy%40contoso.com')");
    await shared().shows(device, ["note to self"]);
  });

  test("a push service that is busy for five seconds delays notifications and loses none", async () => {
    const device = await shared().device("katherine@contoso.com");
    await shared().push.addFault({ device: device.deviceId, status: 503 });
    const sent = await Promise.all(["one", "two", "three"].map((content) => shared().send(content, device)));
    const refused = async () => (await shared().push.received()).filter(({ deviceId }) => deviceId === device.deviceId);
    const secondsOfRefusal = async (): Promise<number> => {
      const times = (await refused()).map(({ at }) => Date.parse(at) / 1_000);
      return Math.max(...times) - Math.min(...times);
    };
    await until(async () => (await secondsOfRefusal()) >= 5, { within: 12_000, what: "five seconds of refusals" });
    expect(await shared().shown(device)).toEqual([]);
    await shared().push.clearFaults();
    await shared().shows(device, sent);
    expect((await shared().attemptsAt(device)).filter((status) => status === 201)).toHaveLength(sent.length);
  });

  test("a channel that is gone is tried no more, while its UNSID still names the user", async () => {
    const [leaver, stayer] = await Promise.all([
      shared().device("mary@contoso.com"),
      shared().device("mary@contoso.com"),
    ]);
    await shared().push.removeDevice(leaver.deviceId);
    await shared().send("first", leaver);
    await shared().push.waitFor(({ deviceId }) => deviceId === leaver.deviceId);
    await shared().shows(stayer, ["first"]);
    await until(() => /1 delivered, 1 gone|1 gone, 1 delivered/.test(shared().output()), {
      what: "the channel is dropped",
    });

    await shared().send("second", leaver);
    await shared().shows(stayer, ["first", "second"]);
    expect(await shared().attemptsAt(leaver)).toEqual([410]);
  });
};
