import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutText } from "../../../shared/client/inbox/cut-text.ts";
import { rowOf } from "../../../shared/client/inbox/row.ts";
import { spoken } from "../../../shared/client/inbox/spoken.ts";
import { notification } from "./notifications.ts";

const row = (payload: ReturnType<typeof notification>["payload"], rest = {}) =>
  rowOf(notification({ payload, ...rest }), "untitled");

describe("what a row says", () => {
  it("shows title and text of visual content, also where there is raw content, which is for the app", () => {
    const shown = row({ rawContent: "{}", visualContent: { title: "Parcel", body: "At the desk" } });
    expect(shown).toMatchObject({ headline: "Parcel", details: "At the desk" });
  });

  it("shows raw content as it is, for there is nothing else", () => {
    expect(row({ rawContent: '{"a":1}' })).toMatchObject({ headline: '{"a":1}', details: undefined });
  });

  it.each(["", "   ", "\u200b\u200f", "\u3164", "\u2800\n"])("never has a headline nobody can see: %j", (title) => {
    expect(row({ visualContent: { title } }).headline).toBe("untitled");
  });

  it.each([
    ["https://app.example/a?b#c", "https://app.example/a?b#c"],
    ["http://app.example", "http://app.example/"],
    ["javascript:alert(1)", undefined],
    [" java\nscript:alert(1)", undefined],
    ["data:text/html,x", undefined],
    ["ms-settings:", undefined],
    ["//app.example/x", undefined],
    ["nonsense", undefined],
  ])("leads to web addresses and nowhere else: %j", (actionUrl, openUrl) => {
    expect(row({ visualContent: { title: "x", actionUrl } }).openUrl).toBe(openUrl);
  });

  it("fetches pictures by https alone", () => {
    const imageOf = (imageUrl: string) => row({ visualContent: { title: "x", imageUrl } }).imageUrl;
    expect(["https://a.example/1.png", "http://a.example/1.png", "data:image/png,x"].map(imageOf)).toEqual([
      "https://a.example/1.png",
      undefined,
      undefined,
    ]);
  });

  it("calls raw content of high priority urgent, and visual content, which is always high, not", () => {
    expect(row({ rawContent: "x" }, { priority: "High" }).isUrgent).toBe(true);
    expect(row({ visualContent: { title: "x" } }, { priority: "High" }).isUrgent).toBe(false);
  });

  it("holds whatever was sent to a length a list can lay out", () => {
    expect(row({ rawContent: "a".repeat(60_000) }).headline).toBe(`${"a".repeat(4_000)}…`);
    expect(spoken("a b\n".repeat(99)).length).toBe(121);
  });

  it("cuts no character in two", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "\u{1f600}", "é"), maxLength: 20 }),
        fc.nat(20),
        (text, unitsMax) => {
          const cut = cutText(text, unitsMax);
          expect(cut.length).toBeLessThanOrEqual(unitsMax + 1);
          expect(() => encodeURIComponent(cut)).not.toThrow();
        },
      ),
    );
  });
});
