import { describe, expect, test } from "vitest";
import { notification } from "./api-under-test.ts";
import { expectFault, posted } from "./faults-under-test.ts";

/** What a body is refused for. */
export const faultyBodyCases = (): void => {
  describe("bodies", () => {
    test.each(["", "{", "nonsense", "[]", "[{}]", "null", "1", '"text"', Buffer.from([0x7b, 0xff, 0x7d])])(
      "%j is answered 400",
      async (body) => {
        expectFault(await posted(body), 400);
      },
    );

    test.each(["[]", "[{}]", "[[]]", "[1,2]", "[null]"])(
      "the array %s is told by a sentence of its own",
      async (body) => {
        expectFault(await posted(body), 400, /^The body must be one JSON object, not an array\.$/);
      },
    );

    test("an array of one good notification is refused, and nothing is stored", async () => {
      const body = notification();
      expectFault(await posted([body]), 400);
      expect((await posted(body)).status).toBe(201);
    });

    test("every faulty member is named, in the message and in details", async () => {
      const answer = await posted({
        targetHostName: "https://app",
        payload: { visualContent: { body: 1 } },
        priority: "urgent",
        expirationDateTime: "2019-10-30T23:59:00.000Z",
        targetPolicy: { platformTypes: [] },
      });
      const targets = [
        "targetHostName",
        "appNotificationId",
        "payload.visualContent.title",
        "payload.visualContent.body",
        "priority",
        "expirationDateTime",
        "targetPolicy.platformTypes",
      ];
      expectFault(answer, 400);
      const { message, details } = answer.json.error as { message: string; details: { target: string }[] };
      expect(details.map(({ target }) => target).sort()).toEqual([...targets].sort());
      for (const target of targets) expect(message).toContain(target);
    });

    const textWith = (member: string): string => JSON.stringify(notification()).replace(/}$/, `,${member}}`);
    test.each([
      ['"displayTimeToLive":1e400', "displayTimeToLive"],
      ['"displayTimeToLive":-1e400', "displayTimeToLive"],
      ['"displayTimeToLive":9007199254740993', "displayTimeToLive"],
      ['"displayTimeToLive":"1e2"', "displayTimeToLive"],
      ['"displayTimeToLive":" 60"', "displayTimeToLive"],
      ['"displayTimeToLive":60.5', "displayTimeToLive"],
      ['"groupName":"\\ud800"', "groupName"],
      ['"groupName":"a","groupName":7', "groupName"],
      ['"priority":"urgent"', "priority"],
      ['"payload":null', "payload"],
      ['"payload":{}', "payload"],
      ['"__proto__":null,"payload":{"__proto__":{"rawContent":"x"}}', "payload"],
      ['"targetPolicy":{"platformTypes":[]}', "targetPolicy.platformTypes"],
      ['"expirationDateTime":"2026-02-30T00:00:00Z"', "expirationDateTime"],
    ])("%s is told by name", async (member, target) => {
      const answer = await posted(textWith(member));
      expectFault(answer, 400, target);
      const { details } = answer.json.error as { details: { target: string }[] };
      expect(details.map((fault) => fault.target)).toEqual([target]);
    });

    test.each([
      '"displayTimeToLive":60.0',
      '"displayTimeToLive":1e2',
      '"displayTimeToLive":-0',
      '"displayTimeToLive":"060"',
      '"groupName":7,"groupName":"the last one counts"',
      '"GROUPNAME":"PascalCase and worse"',
      '"__proto__":{"payload":7},"constructor":1,"toString":null',
      '"unknown":"\\ud800"',
    ])("%s is taken", async (member) => {
      expect((await posted(textWith(member))).status).toBe(201);
    });

    test("what is nested ten thousand deep is told by name where it counts, and overlooked where it does not", async () => {
      const deep = "[".repeat(10_000) + "]".repeat(10_000);
      const deepObjects = '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000);
      expectFault(await posted(deep), 400, "not an array");
      expectFault(await posted(deepObjects), 400, "targetHostName is required");
      expectFault(await posted(textWith(`"fallbackPolicy":${deep}`)), 400, "fallbackPolicy must be an object");
      expectFault(await posted(textWith(`"payload":${deepObjects}`)), 400, "payload must have");
      expect((await posted(textWith(`"unknown":${deep}`))).status).toBe(201);
    });

    test.each([undefined, null, {}, { rawContent: "" }, { rawContent: {} }, { visualContent: {} }, "text", []])(
      "the payload %j is answered 400",
      async (payload) => {
        expectFault(await posted(notification({ payload })), 400, "payload");
      },
    );
  });
};
