import { describe, expect, it } from "vitest";
import { deadLetterLine, figuresOf } from "../../../infra/local/inbox/page/figures.ts";
import { sayNotifying } from "../../../infra/local/inbox/page/notifying.ts";
import { rightAddress } from "../../../infra/local/inbox/page/origin.ts";
import { bodyOf, faultsIn, platforms } from "../../../infra/local/inbox/page/send-form.ts";

const blank = { title: "", body: "", rawContent: "", appNotificationId: "", groupName: "", priority: "", platforms };

describe("the form of the local page", () => {
  it("leaves out what is blank, so that the service decides", () => {
    expect(bodyOf({ ...blank, rawContent: "Hello" }, "app.example", "spare")).toEqual({
      targetHostName: "app.example",
      appNotificationId: "spare",
      payload: { rawContent: "Hello" },
    });
  });

  it("sends both contents, and the platforms if they are not all", () => {
    const written = { ...blank, title: "Hello", body: "there", rawContent: "Hi", groupName: "g", priority: "Low" };
    expect(bodyOf({ ...written, appNotificationId: "a", platforms: ["iOS"] }, "app.example", "spare")).toEqual({
      targetHostName: "app.example",
      appNotificationId: "a",
      payload: { rawContent: "Hi", visualContent: { title: "Hello", body: "there" } },
      groupName: "g",
      priority: "Low",
      targetPolicy: { platformTypes: ["iOS"] },
    });
  });

  it("asks for nothing it does not have: a text without a title, or nothing at all, is the service's to refuse", () => {
    expect(bodyOf({ ...blank, body: "there" }, "app.example", "a")).toMatchObject({
      payload: { visualContent: { title: "", body: "there" } },
    });
    expect(bodyOf(blank, "app.example", "a")).toMatchObject({ payload: {} });
  });

  it("puts each fault to its field", () => {
    const details = [
      { code: "x", target: "payload.visualContent.title", message: "is required" },
      { code: "x", target: "targetPolicy.platformTypes", message: "is empty" },
      { code: "x", target: "somethingElse", message: "is unknown" },
    ];
    const faults = faultsIn({ error: { code: "BadRequest", message: "The body is faulty.", details } }, 400);
    expect([...faults.fields]).toEqual([
      ["title", "is required"],
      ["platforms", "is empty"],
    ]);
    expect(faults.sentence).toBe("400: The body is faulty.");
  });

  it.each([undefined, null, "x", [], { error: null }, { error: { details: "x" } }])(
    "survives %j for an answer",
    (body) => {
      expect(faultsIn(body, 502)).toEqual({ fields: new Map(), sentence: "502: no more was said." });
    },
  );
});

describe("the local page", () => {
  it("goes from localhost to the service's own address, with what the sign-in answered, and from nowhere else", () => {
    const service = "http://127.0.0.1:7071";
    expect(rightAddress("http://localhost:7071/?code=1", service)).toBe("http://127.0.0.1:7071/?code=1");
    expect(rightAddress("http://127.0.0.1:7071/", service)).toBeUndefined();
    expect(rightAddress("http://localhost:9999/", service)).toBeUndefined();
    expect(rightAddress("https://tunnel.example/", service)).toBeUndefined();
  });

  it("adds up outcomes whatever was told, and leaves out what is not known", () => {
    const outcomes = { since: "", notifications: 3, isCut: false };
    const counted = { ...outcomes, content: { delivered: 2 }, tap: { delivered: 1, gone: 1 }, fallback: {} };
    expect(figuresOf({ queue: { value: null, fault: "away" }, outcomes: { value: counted, fault: null } })).toEqual([
      { name: "Notifications", count: 3 },
      { name: "Delivered", count: 3 },
      { name: "Device gone", count: 1 },
    ]);
  });

  it("says of a dead letter why it died, as far as it is known", () => {
    const letter = { sequence: "7", enqueuedAt: "2026-03-10T12:00:00Z", deliveryCount: 10, notificationId: "n1" };
    expect(deadLetterLine({ ...letter, reason: "Thrown", description: "a bug", kind: "content" })).toMatch(
      /number 7, tried 10 times, notification n1\. Thrown: a bug$/,
    );
    const nothing = { ...letter, notificationId: null, reason: null, description: null, kind: null };
    expect(deadLetterLine(nothing)).toMatch(/number 7, tried 10 times$/);
  });

  it("tells a browser that cannot be rung here what it would take, and others that the list is live", () => {
    const failed = { kind: "failed", reason: "push service error" } as const;
    const local = "ws://127.0.0.1:7083/_browsers";
    expect(sayNotifying(failed, { isFirefox: true, webpushBrowserUrl: local }).sentence).toContain(
      `set dom.push.serverURL to ${local}`,
    );
    expect(sayNotifying(failed, { isFirefox: false, webpushBrowserUrl: local }).sentence).toContain(
      "The list below is live",
    );
    expect(sayNotifying({ kind: "denied" }, { isFirefox: false, webpushBrowserUrl: local }).button).toBeUndefined();
  });
});
