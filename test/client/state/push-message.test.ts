import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePushMessage } from "../../../shared/client/push-message.ts";

const notification = {
  id: "119081f2-f19d-4fa8-817c-7e01092c0f7d",
  targetHostName: "app.contoso.com",
  appNotificationId: "greeting",
  groupName: "greetings",
  priority: "High",
  creationDateTime: "2026-01-31T12:00:00Z",
  expirationDateTime: "2026-02-07T12:00:00.25Z",
  payload: { rawContent: '{"text":"Hello"}' },
};
const envelope = { changeType: "afsChange", newETag: "Aq-_9.12", baseETag: "Aq-_9.11", notification };
const parse = (value: unknown) => parsePushMessage(JSON.stringify(value));

describe("the text of a push", () => {
  it("is content, unread and untouched, with the states it leads from and to", () => {
    expect(parse(envelope)).toEqual({
      kind: "content",
      newETag: "Aq-_9.12",
      baseETag: "Aq-_9.11",
      notification: {
        ...notification,
        lastModifiedDateTime: null,
        readState: "unread",
        userActionState: "noInteraction",
      },
      isToResubscribe: false,
    });
  });

  it("is a tap when there is something to read", () => {
    const { notification: _, ...tap } = { ...envelope, changeType: "afsChangeNotification" };
    expect(parse(tap)).toEqual({ kind: "tap", newETag: "Aq-_9.12", isToResubscribe: false });
  });

  it("may ask the browser to subscribe anew", () => {
    expect(parse({ ...envelope, resubscribe: true })).toMatchObject({ kind: "content", isToResubscribe: true });
    expect(parse({ ...envelope, resubscribe: "true" })).toMatchObject({ isToResubscribe: false });
  });

  it.each([
    ["without a notification", { ...envelope, notification: undefined }],
    ["whose notification is no object", { ...envelope, notification: 1 }],
    ["whose notification has no id", { ...envelope, notification: { ...notification, id: undefined } }],
    ["whose notification never ends", { ...envelope, notification: { ...notification, expirationDateTime: "soon" } }],
    ["whose times are no texts", { ...envelope, notification: { ...notification, creationDateTime: { toString: 1 } } }],
    ["with a group that is no text", { ...envelope, notification: { ...notification, groupName: true } }],
    ["with words that are none", { ...envelope, notification: { ...notification, payload: { rawContent: 5 } } }],
    ["without a title", { ...envelope, notification: { ...notification, payload: { visualContent: { body: "b" } } } }],
    [
      "with visual content that is none",
      { ...envelope, notification: { ...notification, payload: { visualContent: null } } },
    ],
    ["that leads from nowhere", { ...envelope, baseETag: undefined }],
  ])("is a tap all the same if it is content %s", (_, given) => {
    expect(parse(given)).toMatchObject({ kind: "tap", newETag: "Aq-_9.12" });
  });

  it.each([
    ["no JSON", "Hello"],
    ["another's", '{"title":"Hello","body":"World"}'],
    ["of a kind nobody knows", JSON.stringify({ ...envelope, changeType: "other" })],
    ["without a state", JSON.stringify({ ...envelope, newETag: "12" })],
    ["null", "null"],
    ["empty", ""],
  ])("is none of ours when it is %s", (_, text) => {
    expect(parsePushMessage(text)).toBeUndefined();
  });

  it("may be anything, and nothing is thrown", () => {
    const member = (name: keyof typeof envelope) => fc.option(fc.oneof(fc.constant(envelope[name]), fc.anything()));
    const like = fc.record({
      changeType: member("changeType"),
      newETag: member("newETag"),
      baseETag: member("baseETag"),
      notification: member("notification"),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          like.map((value) => String(stringified(value))),
        ),
        (text) => {
          expect([undefined, "content", "tap"]).toContain(parsePushMessage(text)?.kind);
        },
      ),
    );
  });
});

const stringified = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined; // a bigint, or a circle
  }
};
