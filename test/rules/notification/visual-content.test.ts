import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problemOf, bodyWith, at, fallback, parse, told, visual } from "./parsing.ts";

const extras = {
  imageUrl: "https://img.contoso.com/cat.png?size=2&form=round#top",
  actionUrl: "contoso-orders://orders/7",
  sound: "bell.caf",
  badge: 3,
};
/** Both places that have visual content: how a body has it there, and how it is read and named. */
const places = [
  {
    where: "payload.visualContent",
    changes: (content: object) => ({ payload: { visualContent: content } }),
    read: (content: object) => parse({ payload: { visualContent: content } }).payload.visualContent,
  },
  {
    where: `${at}.visualContent`,
    changes: (content: object) => ({ fallbackPolicy: fallback({ visualContent: content }) }),
    read: (content: object) => parse({ fallbackPolicy: fallback({ visualContent: content }) }).fallback?.visualContent,
  },
];

describe.each(places)("$where", ({ where, changes, read }) => {
  test("keeps its extras as they were written, by any case of their names", () => {
    expect(read({ ...visual, ...extras })).toEqual({ ...visual, ...extras });
    const cased = Object.fromEntries(Object.entries(extras).map(([name, value]) => [name.toUpperCase(), value]));
    expect(read({ ...visual, ...cased })).toEqual({ ...visual, ...extras });
  });

  test("has no extras where none were given, and null is none", () => {
    const nulls = Object.fromEntries(Object.keys(extras).map((name) => [name, null]));
    expect(Object.keys(read({ ...visual, ...nulls }) ?? {})).toEqual(["title", "body"]);
    expect(Object.keys(read(visual) ?? {})).toEqual(["title", "body"]);
  });

  test("has every wrong extra told by its name, and none of it repeated", () => {
    const wrong = { imageUrl: "http://s3cret/", actionUrl: "javascript:s3cret()", sound: "s3 cret", badge: "5" };
    const faults = told(changes({ ...visual, ...wrong })).map((fault) => fault.split(":")[0]);
    expect(faults).toEqual(Object.keys(wrong).map((name) => `${where}.${name}`));
    expect(problemOf(bodyWith(changes({ ...visual, ...wrong }))).message).not.toContain("cret");
  });
});

const [first] = places;
const withExtra = (name: string, value: unknown) => first?.changes({ title: "t", [name]: value }) ?? {};
const longUrl = (start: string, length: number): string => start.padEnd(length, "a");

const isImage = "must be an https URL of at most 2048 characters";
const isAction = "must be a URL of https or of an app's own scheme, of at most 2048 characters";
const isSound = 'must be "default", "none" or a sound\'s name: 1 to 64 letters, digits, dots, underscores and hyphens';
const isBadge = "must be a whole number from 0 to 99999";

test.each([
  ["imageUrl", isImage, "", "cat.png", "//img.contoso.com/cat.png", "http://img.contoso.com/cat.png", "https:", 7, {}],
  ["imageUrl", isImage, "https://", "https:img.contoso.com/a", "https:///", " https://img.contoso.com/", [], true],
  ["imageUrl", isImage, "https://img.contoso.com/é", "https://img.contoso.com/a b", "https://a:b:c/", "https://%/"],
  ["imageUrl", isImage, "https://img.contoso.com/\n", 'https://img.contoso.com/"', "ht\ntps://img.contoso.com/"],
  ["imageUrl", isImage, longUrl("https://img.contoso.com/", 2_049), "data:image/png;base64,AAAA", "\ud800"],
  ["actionUrl", isAction, "", "orders/7", "//contoso.com/orders/7", ":orders", "7app:orders", "contoso app:orders"],
  [
    "actionUrl",
    isAction,
    "javascript:alert(1)",
    "c:/windows/system32/calc.exe",
    "ms-msdt:/id%20PCWDiagnostic",
    "search-ms:query=bill&crumb=location:x",
    "ms-officecmd:x",
    "ms-appinstaller:?source=https://evil.example/x.msix",
    "shell:startup",
    "jar:https://evil.example/x!/y",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
  ],
  [
    "actionUrl",
    isAction,
    "vbscript:x",
    "data:text/html,x",
    "DATA:text/html,x",
    "file:///etc/passwd",
    "blob:https://a/b",
  ],
  [
    "actionUrl",
    isAction,
    "http://contoso.com/",
    "about:blank",
    "intent:#Intent;end",
    "content://contacts",
    "filesystem:x",
  ],
  [
    "actionUrl",
    isAction,
    "https:",
    "https:contoso.com",
    "https://",
    "contoso-app:",
    "contoso-app:a b",
    "contoso-app:\u0000",
  ],
  ["actionUrl", isAction, longUrl("contoso-app:", 2_049), 7, [], {}, "contoso-app:é"],
  ["sound", isSound, "", "a b", "a/b", "../a".padStart(4), "é", "a\n", "x".repeat(65), 7, [], true],
  ["badge", isBadge, -1, 100_000, 1.5, "5", "", true, [5], 1e308],
])("%s %s: told of each", (name, message, ...wrong) => {
  for (const value of wrong) {
    expect(told(withExtra(name, value)), JSON.stringify(value)).toEqual([`payload.visualContent.${name}: ${message}`]);
  }
});

test.each([
  [
    "imageUrl",
    "https://img.contoso.com",
    "HTTPS://img.contoso.com/",
    "https://[::1]:8443/%C3%A9",
    longUrl("https://a/", 2_048),
  ],
  [
    "actionUrl",
    "https://contoso.com/orders?id=7#now",
    "HTTPS://contoso.com",
    "contoso-app:x",
    "com.contoso.app://o/7",
    "ms-settings:display",
  ],
  ["actionUrl", "mailto:a@contoso.com", "tel:+4930123456", "javascripts:x", longUrl("contoso-app:", 2_048)],
  ["sound", "default", "none", "bell", "bell.caf", "a-b_c.7", "x".repeat(64)],
  ["badge", 0, 1, 99_999],
])("%s is kept to the letter: %s …", (name, ...right) => {
  for (const value of right)
    expect(first?.read({ title: "t", [name]: value }), String(value)).toEqual({ title: "t", [name]: value });
});

test("the two words that are no sound's name match in any case, as words do", () => {
  expect(first?.read({ title: "t", sound: "Default" })).toEqual({ title: "t", sound: "default" });
  expect(first?.read({ title: "t", sound: "NONE" })).toEqual({ title: "t", sound: "none" });
});

test("no action runs or reads the device, however its scheme is dressed up", () => {
  const scheme = fc.constantFrom("javascript", "vbscript", "data", "file", "blob", "http", "filesystem", "intent");
  const dressed = fc
    .tuple(scheme, fc.array(fc.tuple(fc.nat(12), fc.constantFrom("\t", "\n", "\r", " ", "\0", "\u00ad"))), fc.boolean())
    .map(([word, put, isUpper]) =>
      put.reduce(
        (text, [at, character]) => text.slice(0, at) + character + text.slice(at),
        `${isUpper ? word.toUpperCase() : word}:alert(1)`,
      ),
    );
  fc.assert(
    fc.property(dressed, (actionUrl) => {
      expect(told(withExtra("actionUrl", actionUrl))).toEqual([`payload.visualContent.actionUrl: ${isAction}`]);
    }),
    { numRuns: 300 },
  );
});
