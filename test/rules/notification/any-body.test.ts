import fc from "fast-check";
import { expect, test } from "vitest";
import { entityOf } from "../../../shared/feed/entity.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import { parseNotification } from "../../../shared/notification/parse-notification.ts";
import { Problem } from "../../../shared/problem.ts";
import { notificationWith, now } from "../samples.ts";
import { anyBodies, goodBodies, nearlyGoodBodies } from "./bodies.ts";

/** The objects and members that a notification may have: all that a fault can name. */
const targets = new RegExp(
  "^(|targetHostName|appNotificationId|payload(\\.(rawContent|visualContent(\\.(title|body|imageUrl|actionUrl|sound|badge))?))?|groupName" +
    "|targetPolicy(\\.platformTypes)?|displayTimeToLive|expirationDateTime|priority|fallbackPolicy" +
    "(\\.endpointFallback(\\.(platformTypes|fallbackDelayInSeconds|visualContent(\\.(title|body|imageUrl|actionUrl|sound|badge))?))?)?)$",
);

/** As it arrives: what has no JSON form is not there. */
const arrived = (body: unknown): unknown => JSON.parse(JSON.stringify([body]).slice(1, -1));

test("what keeps every rule is understood, and what is shown of it is understood as the same", () => {
  fc.assert(
    fc.property(goodBodies(now), (body) => {
      const draft = parseNotification(arrived(body), now);
      const shown = arrived(entityOf({ ...notificationWith(), ...draft, id: newNotificationId(now) }, now));
      const { fallback: _, displayUntil, ...rest } = draft; // the fallback is shown to nobody
      const again = parseNotification(shown, now);
      expect(again).toMatchObject(rest);
      expect(again.displayUntil).toBe(now + Math.floor((displayUntil - now) / 1_000) * 1_000); // whole seconds
    }),
    { numRuns: 1_000 },
  );
});

test("any JSON whatever, near valid or far, is understood or told by a known member and a whole sentence, within 100 ms", () => {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(anyBodies(now), nearlyGoodBodies(now)), (body) => {
      const given = arrived(body);
      const before = process.cpuUsage(); // time of the processor: a busy machine takes none of it away
      try {
        parseNotification(given, now);
        accepted += 1;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refused += 1;
        expect(["invalid", "invalid-data-type"]).toContain(error.kind);
        expect(error.message).toMatch(/^[^]{10,3000}\.$/);
        for (const { target } of error.details) expect(target).toMatch(targets);
        expect(error.details.length).toBe(new Set(error.details.map(({ target }) => target)).size);
      }
      expect(process.cpuUsage(before).user).toBeLessThan(100_000);
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(accepted, refused)).toBeGreaterThan(300); // both really are tried
});

test("half a surrogate pair is told wherever a text is kept, and overlooked where nothing is", () => {
  const half = "a\ud800b";
  const good = { targetHostName: "app.contoso.com", appNotificationId: "a", payload: { rawContent: "r" } };
  const places: readonly [target: string, body: object][] = [
    ["appNotificationId", { ...good, appNotificationId: half }],
    ["groupName", { ...good, groupName: half }],
    ["payload.rawContent", { ...good, payload: { rawContent: half } }],
    ["payload.visualContent.title", { ...good, payload: { visualContent: { title: half } } }],
    ["payload.visualContent.body", { ...good, payload: { visualContent: { title: "t", body: "\udc00" } } }],
  ];
  for (const [target, body] of places) {
    const message = "must be well-formed Unicode, without half a surrogate pair";
    expect(() => parseNotification(arrived(body), now)).toThrow(
      expect.objectContaining({ details: [{ code: "Invalid", target, message }] }) as Error,
    );
  }
  expect(parseNotification(arrived({ ...good, other: half, [half]: 1 }), now).appNotificationId).toBe("a");
  expect(parseNotification({ ...good, groupName: "😀" }, now).groupName).toBe("😀");
});
