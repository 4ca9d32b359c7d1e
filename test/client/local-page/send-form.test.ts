import { describe, expect, it } from "vitest";
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
