import { expect, test } from "vitest";
import { isTagOf } from "../../../infra/local/wns/registration.ts";
import { attemptOf, notificationOf, screen, send, sender, service, statuses, tap, visual } from "./wns-under-test.ts";

/** What a PC gets. */
export const contentCases = (): void => {
  test("a toast is taken, stands on the screen as it was written, and a newer one takes its place", async () => {
    expect(await send({ notification: notificationOf(visual) })).toEqual({ kind: "delivered" });
    expect(await screen()).toMatchObject([{ content: "Tom & Jerry <3: é€😀" }]);
    const [received] = await service.control.received();
    expect(received!.headers).toMatchObject({
      "content-type": "text/xml",
      "content-length": String(Buffer.byteLength(received!.content!)),
      "x-wns-type": "wns/toast",
      "x-wns-ttl": "3600",
      "x-wns-priority": "1",
    });
    expect(received!.headers).not.toHaveProperty("transfer-encoding");
    const newer = { payload: { visualContent: { title: "Newer" } } };
    expect(await send({ notification: notificationOf(newer) })).toEqual({ kind: "delivered" });
    expect(await screen()).toMatchObject([{ content: "Newer" }]);
  });

  test("every extra of visual content makes a toast that Windows can show", async () => {
    const extras = { imageUrl: "https://contoso.com/a.png?b=1&c=2", actionUrl: "contoso:order?id=7&x='1'", badge: 3 };
    for (const sound of ["default", "none", "Notification.IM", "chime.mp3"]) {
      const visualContent = { title: "Hello", ...extras, sound };
      expect(await send({ notification: notificationOf({ payload: { visualContent } }) })).toEqual({
        kind: "delivered",
      });
    }
  });

  test("a toast that opens something has a tag by which an app finds it again", async () => {
    const visualContent = { title: "Hello", actionUrl: "contoso:order" };
    for (const groupName of [null, "orders"]) {
      const notification = notificationOf({ payload: { visualContent }, groupName });
      await send({ notification });
      const { topic } = (await screen()).at(-1)!;
      expect(isTagOf(topic!, notification)).toBe(true);
      expect(isTagOf(topic!, { ...notification, appNotificationId: "another" })).toBe(false);
    }
  });

  test("raw content arrives as the original's envelope, a change as its tap", async () => {
    expect(await send()).toEqual({ kind: "delivered" });
    expect(await send({ kind: "tap" })).toEqual({ kind: "delivered" });
    const [content, change] = (await service.control.received()).map((one) => JSON.parse(one.content!) as unknown);
    expect(content).toMatchObject({ changeType: "afsChange", notification: { payload: { rawContent: "hello" } } });
    expect(change).toEqual(tap);
  });

  test("what is sent is what was composed, to the byte", async () => {
    for (const notification of [notificationOf(visual), notificationOf()]) {
      const composed = sender.compose(attemptOf({ notification }))!;
      await service.control.clearReceived();
      await send({ notification });
      const [received] = await service.control.received();
      expect(received).toMatchObject({ content: composed.body, headers: composed.headers });
    }
  });

  test.each([
    ["WNS finds it too large", { status: 413 }],
    [
      "WNS drops it because the PC is offline",
      { status: 200, headers: { "x-wns-status": "dropped", "x-wns-deviceconnectionstatus": "disconnected" } },
    ],
  ])("a toast goes as a tap where %s, once", async (_case, fault) => {
    await service.control.addFault({ ...fault, count: 1 });
    const notification = notificationOf(visual);
    expect(await send({ notification })).toEqual({ kind: "delivered" });
    expect(await statuses()).toEqual([fault.status, 200]);
    const last = (await service.control.received()).at(-1)!;
    expect([last.headers["x-wns-type"], JSON.parse(last.content!)]).toEqual(["wns/raw", tap]);

    await service.control.clearReceived();
    await service.control.addFault(fault);
    expect(await send({ notification })).toMatchObject({ kind: "rejected" });
    expect(await statuses()).toHaveLength(2);
    expect(await send({ kind: "tap" })).toMatchObject({ kind: "rejected" });
    expect(await statuses()).toHaveLength(3);
  });
};
