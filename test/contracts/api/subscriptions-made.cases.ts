import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { newChannel, publicUrl } from "../../support/backends.ts";
import { sampleHost, subscribe, subscriptionMembers } from "./api-under-test.ts";
import type { native } from "./subscriptions-under-test.ts";
import { app, codeOf, many, mobileHost, nativeDevice, newUser, on, one } from "./subscriptions-under-test.ts";

/** What subscribing is answered, and what is refused. */
export const madeCases = (): void => {
  test("a new subscription is answered 201 with the contract's members in their order, and renewed with 200 and the same UNSID", async () => {
    const authorization = await newUser();
    const device = { deviceId: "laptop-1" };
    const before = Date.now();
    const answer = await subscribe(app, authorization, device);
    expect(answer.status).toBe(201);
    const { id, userNotificationSubscriptionId: unsid, expirationDateTime: first } = one(answer);
    expect(answer.text).toBe(
      JSON.stringify({
        id,
        userNotificationSubscriptionId: unsid,
        expirationDateTime: first,
        targetHostName: sampleHost,
        platformType: "WebPush",
        deviceId: "laptop-1",
        displayName: "Edge on laptop",
        notificationType: "NotificationWithPayload",
      }),
    );
    expect(answer.headers.get("location")).toBe(`${publicUrl}/beta/me/notifications/subscriptions/${id}`);
    expect(Buffer.from(unsid, "base64url").length).toBeGreaterThanOrEqual(16);
    expect(Date.parse(first) - before - 30 * milliseconds.day).toBeLessThan(milliseconds.minute);
    expect(Date.parse(first)).toBeGreaterThanOrEqual(before + 30 * milliseconds.day);

    const again = await subscribe(app, authorization, device);
    expect(again.status).toBe(200);
    expect(again.json).toEqual({ ...answer.json, expirationDateTime: again.json.expirationDateTime });
    expect(Date.parse(one(again).expirationDateTime)).toBeGreaterThanOrEqual(Date.parse(first));
  });

  test("a subscription never outlives its channel", async () => {
    const ends = Date.now() + milliseconds.hour;
    const answer = await subscribe(app, await newUser(), { channel: { ...newChannel(), expirationTime: ends } });
    expect(Date.parse(one(answer).expirationDateTime)).toBe(ends);
  });

  test("devices of every platform are taken, listed without what is secret, and told by taps unless they ask for more", async () => {
    const authorization = await newUser();
    const { list, get } = on(authorization);
    const ids: string[] = [];
    for (const platformType of ["Windows", "Android", "iOS"] as const) {
      const answer = await subscribe(app, authorization, nativeDevice(platformType));
      expect(answer.status, answer.text).toBe(201);
      expect(answer.json).toMatchObject({ platformType, displayName: null, notificationType: "NotificationOnly" });
      ids.push(one(answer).id);
    }
    const web = await subscribe(app, authorization, { deviceId: "browser" });
    const { userNotificationSubscriptionId: unsid, ...shown } = one(web);

    const all = await list();
    expect(all.status).toBe(200);
    expect(all.json.value).toHaveLength(4);
    expect(JSON.stringify(all.json.value)).toContain(JSON.stringify({ ...shown, channelState: "active" }));
    expect((await get(shown.id)).json).toEqual({ ...shown, channelState: "active" });
    const mobile = await list(`?targetHostName=${mobileHost.toUpperCase()}`);
    expect(
      many(mobile)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids.sort());
    for (const secret of [unsid, "secret-of", "5ec2e7", "fcm.googleapis.com"]) expect(all.text).not.toContain(secret);
  });

  test("what a device of another platform asks for is kept, a renewal may ask for something else, and an environment is taken in any case", async () => {
    const authorization = await newUser();
    const typed = async (platformType: keyof typeof native, more: object): Promise<unknown> => {
      const answer = await subscribe(app, authorization, nativeDevice(platformType, more));
      expect(Object.keys(answer.json as object)).toEqual(subscriptionMembers);
      return [answer.status, (answer.json as { notificationType: string }).notificationType];
    };
    for (const platformType of ["Windows", "Android", "iOS"] as const) {
      expect(await typed(platformType, { notificationType: "notificationwithpayload" })).toEqual([
        201,
        "NotificationWithPayload",
      ]);
      expect(await typed(platformType, { notificationType: "NoNotification" })).toEqual([200, "NoNotification"]);
      expect(await typed(platformType, { notificationType: null }), "the default again").toEqual([
        200,
        "NotificationOnly",
      ]);
    }
    const moved = await subscribe(app, authorization, nativeDevice("iOS", {}, { environment: "PRODUCTION" }));
    expect(moved.status).toBe(200);
    const unsaid = await subscribe(app, authorization, nativeDevice("iOS", {}, { environment: undefined }));
    expect(codeOf(unsaid)).toEqual([400, "BadRequest"]);
    expect(unsaid.json.error.details).toEqual([expect.objectContaining({ target: "channel.environment" })]);
  });

  test("what is wrong with a channel is told by its path, and a mobile app must be one of the host name's", async () => {
    const authorization = await newUser();
    const told = async (device: object): Promise<unknown> => {
      const answer = await subscribe(app, authorization, device);
      expect(codeOf(answer)).toEqual([400, "BadRequest"]);
      return (answer.json.error.details as { target: string }[]).map(({ target }) => target);
    };
    const strange = { targetHostName: sampleHost };
    expect(await told(nativeDevice("iOS", {}, { bundleId: "com.other" }))).toEqual(["channel.bundleId"]);
    expect(await told(nativeDevice("Android", {}, { packageName: "com.other" }))).toEqual(["channel.packageName"]);
    expect(await told(nativeDevice("Windows", {}, { uri: "https://evil.example/" }))).toEqual(["channel.uri"]);
    expect(await told({ ...nativeDevice("iOS"), platformType: "Android" })).toEqual(["channel"]);
    expect(await told(nativeDevice("iOS", { deviceId: 7 }, { token: "x", environment: 7 }))).toEqual([
      "deviceId",
      "channel.token",
      "channel.environment",
    ]);
    const elsewhere = nativeDevice("iOS", strange, { bundleId: "com.other" });
    expect((await subscribe(app, authorization, elsewhere)).status, "a host name that lists none").toBe(201);
  });
};
