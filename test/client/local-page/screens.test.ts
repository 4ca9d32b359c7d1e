import { describe, expect, it } from "vitest";
import { inOrder, noteUnder, saidWhenEmpty } from "../../../infra/local/inbox/page/screens.ts";

const device = (kind: "virtual" | "browser", platformType: "Windows" | "iOS" | "Android" | "WebPush") => ({
  kind,
  platformType,
});

describe("the screens of the local page", () => {
  it("come with phones and PC first, real browsers last, and otherwise as they were told", () => {
    const real = device("browser", "WebPush");
    const web = device("virtual", "WebPush");
    const windows = device("virtual", "Windows");
    const phone = device("virtual", "iOS");
    const android = device("virtual", "Android");
    const second = device("virtual", "iOS");
    expect(inOrder([real, web, windows, phone, second, android])).toEqual([phone, second, android, windows, web, real]);
  });

  it("never say that nothing is on a real browser's screen, which nobody here sees", () => {
    expect(saidWhenEmpty(device("browser", "WebPush"))).toBe("Shows on its own desktop");
    expect(saidWhenEmpty(device("virtual", "WebPush"))).toBe("Nothing on the screen");
  });

  it("say under the virtual browser alone that what is done elsewhere reaches a closed one with its next push", () => {
    expect(noteUnder(device("virtual", "WebPush"))).toMatch(/next push/);
    expect([device("browser", "WebPush"), device("virtual", "iOS")].map(noteUnder)).toEqual([undefined, undefined]);
  });
});
