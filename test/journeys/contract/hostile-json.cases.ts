import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { notification } from "./caller.ts";
import { expectFault } from "./expect-fault.ts";
import { anyone, around, caller, json, post, withRaw } from "./hostile-sender.ts";

/** JSON that is meant to be read as something else. */
export const hostileJsonCases = (): void => {
  describe("bodies", () => {
    test("JSON nested 10,000 deep is a 400 where it is no notification, and no matter where it is unknown", async () => {
      const deep = (open: string, close: string): string => open.repeat(10_000) + close.repeat(10_000);
      expectFault(await json(deep("[", "]")), 400);
      expectFault(await json("[".repeat(10_000)), 400);
      const objects = await json(`${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`);
      expectFault(objects, 400, { details: true });
      for (const member of ["payload", "targetPolicy", "fallbackPolicy", "targetHostName"]) {
        const answer = await json(around.replace("{", `{"${member}":${deep("[", "]")},`));
        expect([201, 200, 400]).toContain(answer.status);
        if (answer.status === 400) expectFault(answer, 400);
      }
      const unknown = await json(around.replace("{", `{"unknown":${deep("[", "]")},`));
      expect([200, 201, 400]).toContain(unknown.status);
    });

    test("lone surrogates are a 400, or come back as they were; never a 500", async () => {
      for (const literal of ['"\\ud800"', '"\\udc00"', '"a\\ud800b"', '"\\udc00\\ud800"']) {
        const answer = await json(withRaw(literal));
        if (answer.status !== 201) expectFault(answer, 400);
        const visual = withRaw('""').replace(/"payload":\{.*?\}/, `"payload":{"visualContent":{"title":${literal}}}`);
        const drawn = await json(visual);
        if (drawn.status !== 200 && drawn.status !== 201) {
          expectFault(drawn, 400);
        }
      }
      const paired = await json(withRaw('"\\ud83e\\udd93"'));
      expect([200, 201]).toContain(paired.status);
      const { payload } = (await caller.ask("GET", `notifications/${String(paired.json.id)}`, anyone)).json;
      expect(payload.rawContent).toBe("🦓");
    });

    test("NUL and other control characters in contents come back as they were", async () => {
      const rawContent = "\u0000\u0001\u001f\u007f\u2028\u2029\ufeff\uffff";
      const answer = await post({ body: notification({ payload: { rawContent } }) });
      expect(answer.status, answer.text).toBe(201);
      const { payload } = (await caller.ask("GET", `notifications/${String(answer.json.id)}`, anyone)).json;
      expect(payload.rawContent).toBe(rawContent);
    });

    test("__proto__, constructor and their like are unknown members, wherever they stand", async () => {
      for (const name of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"]) {
        const evil = `"${name}":{"priority":"Urgent","isAdmin":true,"payload":{"rawContent":"polluted"}}`;
        const added = await json(around.replace("{", `{${evil},`));
        expect(added.status, added.text).toBeLessThan(202);
        expect(added.json.priority).toBe("None");
        const inside = await json(around.replace('"payload":{', `"payload":{${evil},`));
        expect(inside.status, inside.text).toBeLessThan(202);
        const only = await json(`{${evil}}`);
        expectFault(only, 400, { details: true });
      }
      const inherited = `{"__proto__":${around}}`;
      expectFault(await json(inherited), 400, { details: true });
    });

    test("a member given twice is one of the two or a 400, in the answer as in the feed", async () => {
      for (const [first, second] of [
        ['"priority":"High"', '"priority":"Low"'],
        ['"priority":"High"', '"Priority":"Low"'],
      ]) {
        const answer = await json(around.replace("{", `{${first!},${second!},`));
        if (answer.status === 400) {
          expectFault(answer, 400);
          continue;
        }
        expect([200, 201]).toContain(answer.status);
        expect(["High", "Low"]).toContain(answer.json.priority);
        const stored = await caller.ask("GET", `notifications/${String(answer.json.id)}`, anyone);
        expect(stored.json.priority).toBe(answer.json.priority);
      }
    });

    test("a byte order mark, comments and NaN are no JSON; blanks around it are", async () => {
      for (const text of [
        `/* */${around}`,
        `${around}//`,
        withRaw("NaN"),
        withRaw("'a'"),
        withRaw("0x1"),
        `${around},`,
      ]) {
        expectFault(await json(text), 400);
      }
      expect((await json(` \r\n\t${around}\n`)).status).toBeLessThan(202);
      const marked = await json(`\ufeff${around}`);
      if (marked.status >= 300) expectFault(marked, 400);
    });
  });

  describe("any JSON value", () => {
    const known = [
      ...[
        "targetHostName",
        "appNotificationId",
        "payload",
        "rawContent",
        "visualContent",
        "title",
        "body",
        "groupName",
      ],
      ...["targetPolicy", "platformTypes", "displayTimeToLive", "expirationDateTime", "priority", "fallbackPolicy"],
      ...["endpointFallback", "fallbackDelayInSeconds", "@odata.type", "__proto__", "PAYLOAD"],
    ];
    const values = [
      "graphnotifications.sample.windows.com",
      "High",
      "iOS",
      "60",
      "#microsoft.graph.notification",
      null,
      60,
    ];
    const anything = fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc
        .dictionary(fc.constantFrom(...known), fc.oneof(fc.constantFrom(...values), fc.jsonValue()))
        .map((value) => JSON.stringify(value)),
      fc
        .record(
          {
            appNotificationId: fc.string({ maxLength: 70 }),
            payload: fc.jsonValue(),
            priority: fc.jsonValue(),
            groupName: fc.string(),
          },
          { requiredKeys: [] },
        )
        .map((change) => JSON.stringify(notification(change))),
      fc.string().map((rawContent) => JSON.stringify(notification({ payload: { rawContent: `x${rawContent}` } }))),
    );

    test("is answered 201, 200, 400 or 401 in the right form, half of them within 100 ms, and is stored whole or not at all", async () => {
      const took: number[] = [];
      const runs = fc.asyncProperty(anything, async (text) => {
        const startedAt = performance.now();
        const answer = await json(text);
        took.push(performance.now() - startedAt);
        if (answer.status === 200 || answer.status === 201) {
          const stored = await caller.ask("GET", `notifications/${String(answer.json.id)}`, anyone);
          if (stored.status !== 406) expect(stored.status, text).toBe(200);
          return;
        }
        if (answer.status !== 401) expect(answer.status, text).toBe(400);
        expectFault(answer, answer.status);
      });
      await fc.assert(runs, { numRuns: 100 });
      took.sort((a, b) => a - b);
      expect(took[Math.floor(took.length / 2)]).toBeLessThan(100);
    });
  });
};
