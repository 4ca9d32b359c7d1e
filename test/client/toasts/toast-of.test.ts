import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { readableText } from "../../../shared/client/toasts/readable-text.ts";
import { toastOfNothingNew, toastOfNotification, type ToastStyle } from "../../../shared/client/toasts/toast-of.ts";
import { toastMarkOf } from "../../../shared/client/toasts/toast.ts";
import { englishToastWords } from "../../../shared/client/toasts/words.ts";
import { aNotification, now } from "../worker/a-notification.ts";

const style: ToastStyle = { account: "ann", appName: "Mail", words: englishToastWords };
const showing = { now, isUnchecked: false, isToRenotify: false };
const toastOf = (change: Parameters<typeof aNotification>[1], more: Partial<ToastStyle> = {}) =>
  toastOfNotification({ ...showing, notification: aNotification("n1", change) }, { ...style, ...more });

describe("what a toast says", () => {
  test("visual content is drawn as the other platforms draw it", () => {
    const payload = {
      rawContent: "{}",
      visualContent: { title: "Hello", body: "World", imageUrl: "https://x.example/p" },
    };
    expect(toastOf({ payload })).toMatchObject({
      title: "Hello",
      options: { body: "World", image: "https://x.example/p" },
    });
  });

  test("raw content stands under the app's name", () => {
    expect(toastOf({ payload: { rawContent: "Lunch?" } })).toMatchObject({
      title: "Mail",
      options: { body: "Lunch?" },
    });
  });

  test("what only programs can read is not shown to people", () => {
    expect(toastOf({ payload: { rawContent: '{"kind":"mail","id":7}' } })?.options.body).toBe(
      englishToastWords.somethingNew,
    );
  });

  test("it bears the notification's id and last change, and the buttons that open and dismiss", () => {
    const { options } = toastOf({ lastModifiedDateTime: "2026-01-31T11:59:30Z" }) ?? {};
    expect(options).toMatchObject({ tag: "n1", timestamp: Date.parse("2026-01-31T11:59:30Z") });
    expect(options?.actions?.map(({ action, title }) => [action, title])).toEqual([
      ["open", "Open"],
      ["dismiss", "Dismiss"],
    ]);
  });

  test("the app's own toast may say anything but what it is found again by", () => {
    const wish = { title: "Own", body: "own", tag: "own", data: { mine: 1, fanfare: "no" }, actions: [] };
    const toast = toastOf({}, { toastOf: () => wish });
    expect(toast).toMatchObject({ title: "Own", options: { body: "own", tag: "n1", actions: [], data: { mine: 1 } } });
    expect(toastMarkOf(toast?.options.data)).toMatchObject({ kind: "notification", account: "ann", shownAt: now });
  });

  test("an app whose code throws has its notification shown plainly", () => {
    const told = vi.spyOn(console, "error").mockReturnValue();
    const toast = toastOf(
      {},
      {
        toastOf: () => {
          throw new Error("bug");
        },
      },
    );
    expect(toast).toMatchObject({ title: "Mail", options: { body: "text of n1" } });
    expect(told).toHaveBeenCalledOnce();
    told.mockRestore();
  });

  test("what turns the text behind it, or fills the screen, is left out of visual content as of raw content", () => {
    const visualContent = { title: `\u202egnp.exe\u0007`, body: `${"b".repeat(60_000)}\u202e` };
    const toast = toastOf({ payload: { visualContent } });
    expect(toast?.title).toBe("gnp.exe");
    expect(toast?.options.body).toBe(`${"b".repeat(399)}…`);
    expect(toastOf({ payload: { visualContent: { title: "\u202e", body: '{"a":1}' } } })).toMatchObject({
      title: "Mail",
      options: { body: '{"a":1}' },
    });
  });

  test("an app may want none", () => {
    expect(toastOf({}, { toastOf: () => undefined })).toBeUndefined();
  });

  test("the one that says nothing says it without a sound", () => {
    expect(toastOfNothingNew(now, style).options).toMatchObject({ silent: true, body: englishToastWords.nothingNew });
  });

  test.each([
    undefined,
    null,
    1,
    {},
    { fanfare: 1 },
    { fanfare: { account: "ann", shownAt: 1, kind: "notification" } },
  ])("a toast of somebody else's is none of ours: %j", (data) => expect(toastMarkOf(data)).toBeUndefined());
});

describe("raw content as a person may be shown it", () => {
  test.each([
    ["one\r\ntwo\rthree", "one\ntwo\nthree"],
    ["one  \n\n\n\n two\t2 ", "one\n\n two 2"],
    ["bell\u0007 and \u202eturned", "bell and turned"],
    ["[not a list", "[not a list"],
    ["42", "42"],
  ])("%j becomes %j", (raw, text) => expect(readableText(raw)).toBe(text));

  test.each(["", "  \n ", "[]", ' {"a":1}'])("%j has nothing for people", (raw) => {
    expect(readableText(raw)).toBeUndefined();
  });

  test("the largest there can be is read at once, whatever it is made of", () => {
    const before = process.cpuUsage();
    for (const piece of [" ", "\n", " \n", "\t", "[", "\r", "\u202e"]) readableText(piece.repeat(60_000) + "x");
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });

  test("is never longer than 400, and never cut inside a character", () => {
    const family = "👨‍👩‍👧‍👦";
    const text = readableText(family.repeat(60)) ?? "";
    expect(text.length).toBeLessThanOrEqual(400);
    expect(text.replaceAll(family, "")).toBe("…");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 900 }), (raw) => {
        const shown = readableText(raw) ?? "";
        expect(shown.length).toBeLessThanOrEqual(400);
        expect(() => encodeURIComponent(shown)).not.toThrow(); // no half of a surrogate pair
      }),
      { numRuns: 60 },
    );
  });
});
