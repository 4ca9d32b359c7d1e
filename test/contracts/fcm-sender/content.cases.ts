import { expect, test } from "vitest";
import type { NotificationDraft } from "../../../shared/notification/notification.ts";
import {
  content,
  messageIn,
  notificationOf,
  phone,
  send,
  sender,
  service,
  subscriptionOf,
  tap,
} from "./fcm-under-test.ts";

/** What a phone gets. */
export const contentCases = (): void => {
  test("content reaches the phone as it was, as text within the data", async () => {
    const rawContent = 'ž "quoted" 🦓\n{}';
    expect(await send({ payload: { rawContent }, priority: "High" })).toEqual({ kind: "delivered" });
    const [received] = await service.control.received();
    const { data, android } = messageIn(received!);
    expect(data).toMatchObject({ ...tap, changeType: "afsChange" });
    expect(JSON.parse(data.notification ?? "")).toMatchObject({ payload: { rawContent } });
    expect(android).toMatchObject({ priority: "HIGH", ttl: "3600s", restricted_package_name: "com.contoso.app" });
  });

  test("visual content is drawn, and a newer one of the same notification takes its place", async () => {
    for (const title of ["first", "second"]) {
      expect(await send({ payload: { visualContent: { title, body: "now" } } })).toEqual({ kind: "delivered" });
    }
    const [{ screen } = { screen: [] }] = (await service.control.devices()).filter(
      ({ deviceId }) => deviceId === phone.deviceId,
    );
    expect(screen.map((toast) => toast.content)).toEqual(["second: now"]);
    expect(screen[0]).toMatchObject({
      topic: expect.stringMatching(/^[\w-]{32}$/),
      id: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });

  test("a change of state is a tap", async () => {
    const attempt = {
      ...content,
      kind: "tap",
      notification: notificationOf(),
      subscription: subscriptionOf(),
    } as const;
    expect(await sender.send(attempt)).toEqual({ kind: "delivered" });
    const [received] = await service.control.received();
    expect(messageIn(received!)).toMatchObject({ data: tap, android: { priority: "NORMAL" } });
  });

  test("content up to our own limit is taken whole, beyond it goes as a tap at once", async () => {
    const roomFor = (payload: (text: string) => NotificationDraft["payload"]): number => {
      const notification = notificationOf({ payload: payload("x") });
      const composed = sender.compose({ ...content, notification, subscription: subscriptionOf() });
      return composed ? composed.bytesMax - composed.bytes + 1 : 0;
    };
    for (const payload of [
      (text: string) => ({ rawContent: text }),
      (text: string) => ({ visualContent: { title: "Hello", body: text } }),
    ]) {
      await service.control.clearReceived();
      const room = roomFor(payload);
      expect(await send({ payload: payload("x".repeat(room)) })).toEqual({ kind: "delivered" });
      expect(await send({ payload: payload("x".repeat(room + 1)) })).toEqual({ kind: "delivered" });
      const received = await service.control.received();
      expect(received.map(({ status }) => status)).toEqual([200, 200]);
      expect(received[0]?.content).toContain("x".repeat(room));
      expect(messageIn(received[1]!).data).toEqual(tap);
    }
  });

  test("content that FCM finds too large goes out as a tap; a tap that is too large as well is rejected", async () => {
    const body = { error: { code: 400, message: "Android message is too big", status: "INVALID_ARGUMENT" } };
    await service.control.addFault({ status: 400, body, count: 1 });
    expect(await send()).toEqual({ kind: "delivered" });
    const received = await service.control.received();
    expect(received.map(({ status }) => status)).toEqual([400, 200]);
    expect(messageIn(received[1]!).data).toEqual(tap);
    await service.control.addFault({ status: 400, body });
    const rejected = { kind: "rejected", reason: "400 INVALID_ARGUMENT" };
    expect(await send()).toEqual(rejected);
    expect(await service.control.received()).toHaveLength(4);
    const change = { ...content, kind: "tap", notification: notificationOf(), subscription: subscriptionOf() } as const;
    expect(await sender.send(change)).toEqual(rejected);
    expect(await service.control.received()).toHaveLength(5);
  });
};
