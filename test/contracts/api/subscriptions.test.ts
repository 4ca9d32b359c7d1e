import { expect, test } from "vitest";
import { notification, post, subscribe } from "./api-under-test.ts";
import {
  app,
  backends,
  many,
  nativeDevice,
  newUser,
  on,
  one,
  oneAppSubscribes,
  push,
} from "./subscriptions-under-test.ts";
import { knownCases } from "./subscriptions-known.cases.ts";
import { madeCases } from "./subscriptions-made.cases.ts";

oneAppSubscribes();
madeCases();
knownCases();

test("a browser that subscribed under two deviceIds has two subscriptions, and is rung once for each notification, while there is one", async () => {
  const authorization = await newUser();
  const { list, remove } = on(authorization);
  const { name, channel } = await push.control.createDevice();
  const ring = async (rawContent: string): Promise<void> => {
    const body = notification({ payload: { rawContent } });
    const { id } = one(await post(app, body, { headers: { authorization } }));
    for (let delivered: unknown; delivered !== id;) {
      const [message] = await backends.bus.take(1); // another test's may come before ours
      await app.deliver(message?.body);
      delivered = (message?.body as { id: string }).id;
    }
  };
  const rung = async () =>
    (await push.control.received()).flatMap(({ device, content }) => (device === name ? [content] : []));
  const states = async () =>
    Object.fromEntries(many(await list()).map(({ deviceId, channelState }) => [deviceId, channelState]));

  const older = one(await subscribe(app, authorization, { deviceId: "older", channel }));
  const newer = one(await subscribe(app, authorization, { deviceId: "newer", channel }));
  await ring("both");
  expect(await rung()).toEqual([expect.stringContaining("both")]);
  expect(await states()).toEqual({ older: "active", newer: "active" });

  await remove(newer.id);
  await ring("the older");
  expect(await rung()).toHaveLength(2);
  await subscribe(app, authorization, { deviceId: "newer", channel });
  await remove(older.id);
  await ring("the newer");
  expect(await rung()).toHaveLength(3);

  await subscribe(app, authorization, { deviceId: "older", channel });
  await push.control.removeDevice(name);
  await ring("neither");
  expect(await states(), "when the push service said gone it said so of both").toEqual({
    older: "gone",
    newer: "gone",
  });
});

test("no UNSID, token, endpoint or name of a device is logged", async () => {
  const authorization = await newUser();
  const secrets: string[] = [];
  for (const platformType of ["Windows", "Android", "iOS"] as const) {
    const answer = await subscribe(app, authorization, nativeDevice(platformType));
    secrets.push(one(answer).userNotificationSubscriptionId);
    await subscribe(app, authorization, nativeDevice(platformType, {}, { uri: 7, token: "not hexadecimal" }));
    await on(authorization).remove(one(answer).id);
  }
  const logged = app.logged.join("\n");
  expect(logged).toContain("/me/notifications/subscriptions");
  for (const secret of [...secrets, "secret-of", "5ec2e7", "5EC2E7", "not hexadecimal", "laptop-1"]) {
    expect(logged).not.toContain(secret);
  }
});
