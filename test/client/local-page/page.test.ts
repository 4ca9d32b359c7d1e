import { describe, expect, it } from "vitest";
import { deadLetterLine, figuresOf } from "../../../infra/local/inbox/page/figures.ts";
import { sayNotifying } from "../../../infra/local/inbox/page/notifying.ts";
import { rightAddress } from "../../../infra/local/inbox/page/origin.ts";

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
