import fc from "fast-check";
import { expect, test } from "vitest";
import { readXml, textOf, type XmlElement } from "../../../../infra/local/wns/xml.ts";
import type { Attempt, Composed } from "../../../../shared/channels/channel.ts";
import { wnsComposed, wnsTap } from "../../../../shared/channels/wns/message.ts";
import type { Notification, VisualContent } from "../../../../shared/notification/notification.ts";
import type { KeptSubscription } from "../../../../shared/subscription/subscriptions.ts";
import { anyCharacter } from "../../../support/any-character.ts";
import { channelOf, notificationId, notificationWith, now, subscriptionWith } from "../../samples.ts";

const pc = (changes: Partial<KeptSubscription> = {}): KeptSubscription =>
  subscriptionWith({ platformType: "Windows", channel: channelOf("Windows"), ...changes });
const attemptAt = (notification: Notification, more: Partial<Attempt> = {}): Attempt => ({
  kind: "content",
  notification,
  subscription: pc(),
  credential: "default",
  isRepeat: false,
  ...more,
});
const composed = (notification: Notification, more: Partial<Attempt> = {}): Composed =>
  wnsComposed(attemptAt(notification, more), now)!;

const withVisual = (visualContent: VisualContent, more: Partial<Notification> = {}): Notification =>
  notificationWith({ payload: { visualContent }, id: notificationId("0199-id"), ...more });
const hello = withVisual({ title: "Hello World!", body: "Notifications are Great!" });
const tap = { changeType: "afsChangeNotification", newETag: "epoch.7", baseETag: "epoch.6" };
const tapData = { ...tap, notificationId: "0199-id" };

const toastIn = ({ body }: Composed): XmlElement => {
  const read = readXml(body);
  if (read.kind === "malformed") throw new Error(`${read.reason}: ${body}`);
  return read.root;
};
const childOf = (element: XmlElement, name: string): XmlElement =>
  element.children.find((child): child is XmlElement => typeof child === "object" && child.name === name)!;
const textsOf = (toast: XmlElement): string[] =>
  childOf(childOf(toast, "visual"), "binding").children.flatMap((child) =>
    typeof child === "object" && child.name === "text" ? textOf(child) : [],
  );

test("visual content is a toast like Microsoft's published one, with the tap as its launch argument", () => {
  const data = JSON.stringify(tapData).replaceAll('"', "&quot;");
  expect(composed(hello).body).toBe(
    `<toast launch="${data}"><visual><binding template="ToastGeneric"><text>Hello World!</text><text>Notifications are Great!</text></binding></visual></toast>`,
  );
  expect(textsOf(toastIn(composed(hello)))).toEqual(["Hello World!", "Notifications are Great!"]);
});

test("a toast's headers are those of Microsoft's page, and none that is not for toasts", () => {
  expect(composed(hello)).toMatchObject({ form: "visual", bytesMax: 5_000 });
  expect(composed(hello)).not.toHaveProperty("tapBecause");
  expect(composed(hello).headers).toEqual({
    "x-wns-type": "wns/toast",
    "content-type": "text/xml",
    "x-wns-ttl": "3600",
    "x-wns-priority": "1",
    "x-wns-tag": expect.stringMatching(/^[\da-f]{16}$/),
    "x-wns-group": "none",
    "x-wns-requestforstatus": "true",
  });
});

test("raw content is the original's envelope, as bytes, and kept by WNS while the PC is offline", () => {
  const sent = composed(notificationWith({ payload: { rawContent: "žluťoučký" } }));
  expect(sent.headers).toEqual({
    "x-wns-type": "wns/raw",
    "content-type": "application/octet-stream",
    "x-wns-cache-policy": "cache",
    "x-wns-ttl": "3600",
    "x-wns-priority": "2",
    "x-wns-requestforstatus": "true",
  });
  expect(sent).toMatchObject({ form: "raw", bytes: Buffer.byteLength(sent.body) });
  expect(JSON.parse(sent.body)).toMatchObject({
    changeType: "afsChange",
    newETag: "epoch.7",
    baseETag: "epoch.6",
    notification: { payload: { rawContent: "žluťoučký" } },
  });
});

const both = notificationWith({ payload: { rawContent: "secret", visualContent: { title: "Hello" } } });

test.each([
  ["visual, with payload", hello, "NotificationWithPayload", "visual", undefined],
  ["visual, told only: the system must draw it", hello, "NotificationOnly", "visual", undefined],
  ["both: the toast, with the tap's data", both, "NotificationWithPayload", "visual", undefined],
  ["both, told only", both, "NotificationOnly", "visual", undefined],
  ["raw, with payload", notificationWith(), "NotificationWithPayload", "raw", undefined],
  ["raw, told only", notificationWith(), "NotificationOnly", "tap", "asked"],
] as const)("who gets what: %s", (_case, notification, notificationType, form, tapBecause) => {
  const sent = composed(notification, { subscription: pc({ notificationType }) });
  expect([sent.form, sent.tapBecause]).toEqual([form, tapBecause]);
  if (form !== "raw") expect(sent.body).not.toContain("secret");
  if (form === "tap") expect(JSON.parse(sent.body)).toEqual(tap);
});

test("a change of state is a raw tap about the newest version, whatever the content", () => {
  const sent = composed({ ...hello, version: 9 }, { kind: "tap" });
  expect(sent.form).toBe("tap");
  expect(sent).not.toHaveProperty("tapBecause");
  expect(sent.headers).toMatchObject({ "x-wns-type": "wns/raw", "x-wns-cache-policy": "cache" });
  expect(JSON.parse(sent.body)).toEqual({ ...tap, newETag: "epoch.9", baseETag: "epoch.8" });
});

test("a fallback is for iOS alone", () => {
  expect(wnsComposed(attemptAt(hello, { kind: "fallback" }), now)).toBeUndefined();
});

test("a toast whose time to be shown is over goes out once, with the shortest life, and is then told by a tap", () => {
  const late = { ...hello, displayUntil: now };
  expect(composed(late)).toMatchObject({ form: "visual", headers: { "x-wns-ttl": "1" } });
  expect(composed(late, { isRepeat: true })).toMatchObject({ form: "tap", tapBecause: "display-ended" });
  expect(composed({ ...hello, displayUntil: now + 1 }, { isRepeat: true }).form).toBe("visual");
});

test.each([
  [60_000, 3_600_000, "60", "3600"],
  [60_999, 61_999, "60", "61"],
  [999, 999, "1", "1"],
  [-5, 0, "1", "1"],
  [30 * 86_400_000, 30 * 86_400_000, "2592000", "2592000"],
])("with %i ms to show and %i to live, a toast lives %s s and a raw one %s", (show, live, toastTtl, rawTtl) => {
  const until = { displayUntil: now + show, expiresAt: now + live };
  expect(composed({ ...hello, ...until }).headers["x-wns-ttl"]).toBe(toastTtl);
  expect(composed(notificationWith(until)).headers["x-wns-ttl"]).toBe(rawTtl);
});

test.each([
  ["High", "1", "2"],
  ["None", "2", "2"],
  ["Low", "3", "3"],
] as const)(
  "priority %s is %s for raw, %s for a change of state, and every toast is high",
  (priority, ofRaw, ofTap) => {
    expect(composed(notificationWith({ priority })).headers["x-wns-priority"]).toBe(ofRaw);
    expect(composed(notificationWith({ priority }), { kind: "tap" }).headers["x-wns-priority"]).toBe(ofTap);
    expect(composed({ ...hello, priority }).headers["x-wns-priority"]).toBe("1");
  },
);

test("the same appNotificationId has the same tag, whatever became of it, and others have others", () => {
  const tagOf = (changes: Partial<Notification>): unknown => composed({ ...hello, ...changes }).headers["x-wns-tag"];
  const name = fc.string();
  fc.assert(
    fc.property(name, name, name, name, (targetHostName, appNotificationId, otherHost, otherId) => {
      const tag = tagOf({ targetHostName, appNotificationId });
      expect(tag).toMatch(/^[A-Za-z\d]{16}$/);
      expect(tagOf({ targetHostName, appNotificationId, id: notificationId("x"), version: 9, groupName: null })).toBe(
        tag,
      );
      const isSame = targetHostName === otherHost && appNotificationId === otherId;
      expect(tagOf({ targetHostName: otherHost, appNotificationId: otherId }) === tag).toBe(isSame);
    }),
  );
});

test("a group's name becomes letters and digits that do not tell it, and there is always a group", () => {
  const groupOf = (groupName: string | null): unknown => composed({ ...hello, groupName }).headers["x-wns-group"];
  expect(groupOf("orders")).toMatch(/^[\da-f]{16}$/);
  expect(groupOf("orders")).not.toBe(groupOf("Orders"));
  expect(groupOf(null)).toBe("none");
});

test.each([
  [{ imageUrl: "https://contoso.com/a.png?w=1&h=2" }, `<image src="https://contoso.com/a.png?w=1&amp;h=2"/></binding>`],
  [{ sound: "default" }, `</visual><audio src="ms-winsoundevent:Notification.Default"/></toast>`],
  [{ sound: "none" }, `</visual><audio silent="true"/></toast>`],
  [{ sound: "Notification.IM" }, `<audio src="ms-winsoundevent:Notification.IM"/>`],
  [{ sound: "chime.mp3" }, `<audio src="ms-appx:///Assets/chime.mp3"/>`],
  [{ actionUrl: "contoso:order?id=7&x=1" }, `<toast activationType="protocol" launch="contoso:order?id=7&amp;x=1">`],
] as const)("%j is in the toast", (extra, part) => {
  const sent = composed(withVisual({ title: "Hello", ...extra }));
  expect(sent.body).toContain(part);
  expect(textsOf(toastIn(sent))).toEqual(["Hello"]);
});

test("a badge changes nothing: a toast has no place for it", () => {
  expect(composed(withVisual({ title: "Hello", badge: 3 })).body).toBe(composed(withVisual({ title: "Hello" })).body);
});

test.each([
  ["title", (text: string) => withVisual({ title: text })],
  ["body", (text: string) => withVisual({ title: "Hello", body: text })],
])("a toast is up to 5,000 bytes, and one byte more makes it a tap: %s", (_member, filled) => {
  const frame = composed(filled("")).bytes;
  const room = 5_000 - frame;
  for (const [character, bytes] of [
    ["x", 1],
    ["é", 2],
    ["€", 3],
    ["😀", 4],
    ["&", 5],
  ] as const) {
    const most = character.repeat(Math.floor(room / bytes)) + "x".repeat(room % bytes);
    const exact = composed(filled(most));
    expect([exact.form, exact.bytes, Buffer.byteLength(exact.body)]).toEqual(["visual", 5_000, 5_000]);
    const over = composed(filled(`${most}x`));
    expect([over.form, over.tapBecause]).toEqual(["tap", "too-large"]);
    expect(JSON.parse(over.body)).toEqual(tap);
  }
});

test("raw content is up to 5,000 bytes with its envelope, and one byte more makes it a tap", () => {
  const filled = (rawContent: string): Composed => composed(notificationWith({ payload: { rawContent } }));
  const room = 5_000 - filled("").bytes;
  expect(filled("x".repeat(room))).toMatchObject({ form: "raw", bytes: 5_000 });
  expect(filled("x".repeat(room + 1))).toMatchObject({ form: "tap", tapBecause: "too-large" });
  expect(filled("é".repeat(Math.ceil((room + 1) / 2)))).toMatchObject({ form: "tap", tapBecause: "too-large" });
});

test("a tap that takes the place of refused content says the same as any other, and is as urgent as that was", () => {
  const asked = composed(notificationWith(), { subscription: pc({ notificationType: "NotificationOnly" }) });
  expect(wnsTap(attemptAt(hello), "too-large", now)).toEqual({
    ...asked,
    headers: { ...asked.headers, "x-wns-priority": "1" },
    tapBecause: "too-large",
  });
});

test("a toast that goes as a tap is as urgent as a toast while it may be shown, and wakes no PC when that is over", () => {
  const low = { ...hello, priority: "Low" } as const;
  const large = { ...low, payload: { visualContent: { title: "x".repeat(5_000) } } };
  expect(composed(large)).toMatchObject({ form: "tap", headers: { "x-wns-priority": "1" } });
  const over = composed({ ...low, displayUntil: now }, { isRepeat: true });
  expect(over).toMatchObject({ tapBecause: "display-ended", headers: { "x-wns-priority": "2" } });
});

/** Every kind of character that XML, JSON or UTF-8 treats in a way of its own. */
const characters = fc.oneof(
  fc.constantFrom(
    "<",
    ">",
    "&",
    '"',
    "'",
    "]]>",
    "&amp;",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\u0000",
    "\u0008",
    "\u001b",
    "\u007f",
  ),
  fc.constantFrom(
    "\u0085",
    "\u2028",
    "\ufffe",
    "\uffff",
    "\ufdd0",
    "\ud800",
    "\udc00",
    "😀",
    "é",
    "€",
    "\u202e",
    "<!--",
    "<?",
  ),
  fc.string({ unit: anyCharacter }),
);
const anyText = fc.array(characters, { minLength: 1, maxLength: 60 }).map((parts) => parts.join(""));
const asXmlHolds = (text: string): string =>
  text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");

test("whatever the texts, a toast is well-formed XML that says them, and its data comes back", () => {
  fc.assert(
    fc.property(anyText, fc.option(anyText), anyText, (title, body, epoch) => {
      const sent = composed(withVisual({ title, ...(body !== null && { body }) }, { epoch }));
      expect(sent.bytes).toBe(Buffer.byteLength(sent.body));
      expect(sent.bytes).toBeLessThanOrEqual(5_000);
      if (sent.form === "tap") return;
      const toast = toastIn(sent);
      expect(textsOf(toast)).toEqual([title, ...(body === null ? [] : [body])].map(asXmlHolds));
      const launch: unknown = JSON.parse(toast.attributes.launch!);
      expect(launch).toMatchObject({ notificationId: "0199-id" });
      expect(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(sent.body))).toBe(sent.body);
    }),
  );
});

test("whatever the content, nothing beyond 5,000 bytes is sent, and raw content is whole or a tap", () => {
  const long = fc
    .array(fc.constantFrom("x", "é", "€", "😀", '"', "\n"), { maxLength: 4_000 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(long, (rawContent) => {
      const sent = composed(notificationWith({ payload: { rawContent } }));
      expect(Buffer.byteLength(sent.body)).toBeLessThanOrEqual(5_000);
      if (sent.form === "raw")
        expect(JSON.parse(sent.body)).toMatchObject({ notification: { payload: { rawContent } } });
      else expect(JSON.parse(sent.body)).toEqual(tap);
    }),
    { numRuns: 50 },
  );
});
