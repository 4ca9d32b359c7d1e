import { describe, expect, test } from "vitest";
import { anyone, caller, stack } from "./anyone.ts";
import { notification } from "./caller.ts";
import { postAs } from "./create-answer.ts";
import { expectFault } from "./expect-fault.ts";

/** The same request once more. */
export const createRepeatCases = (): void => {
  describe("2.1, Idempotency-Key", () => {
    const withKey = (key: string) => ({ headers: { "idempotency-key": key } });

    test("a repeat gets the first answer again, byte for byte, and nobody rings twice", async () => {
      const device = await stack.device(anyone.upn);
      const body = { appNotificationId: "idem", payload: { rawContent: "once" }, displayTimeToLive: 60 };
      const first = await postAs(anyone, body, withKey("key-1"));
      await stack.shows(device, ["once"]);
      const second = await postAs(anyone, body, withKey("key-1"));
      expect([second.status, second.text]).toEqual([201, first.text]);
      expect(second.headers.location).toBe(first.headers.location);
      await postAs(anyone, { payload: { rawContent: "after" } });
      await stack.shows(device, ["once", "after"]);
      expect(await stack.attemptsAt(device)).toHaveLength(2);
    });

    test("concurrent twins get one answer, and one notification is visible that rang once", async () => {
      const device = await stack.device(anyone.upn);
      const body = notification({ payload: { rawContent: "twin" } });
      const twins = await Promise.all(Array.from({ length: 6 }, () => postAs(anyone, body, withKey("twins"))));
      expect(new Set(twins.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect(twins[0]?.status).toBe(201);
      await stack.shows(device, ["twin"]);
      await postAs(anyone, { payload: { rawContent: "after" } });
      await stack.shows(device, ["twin", "after"]);
      expect(await stack.attemptsAt(device)).toHaveLength(2);
    });

    test("the first answer of a replace was 200, and so is its repeat's", async () => {
      const body = notification({ appNotificationId: "replaced" });
      await postAs(anyone, body);
      const first = await postAs(anyone, body, withKey("replace"));
      const second = await postAs(anyone, body, withKey("replace"));
      expect([first.status, second.status, second.text]).toEqual([200, 200, first.text]);
    });

    test("another body under the same key is a 409, and stores nothing", async () => {
      const body = notification();
      await postAs(anyone, body, withKey("key"));
      const other = notification({ groupName: "stored?" });
      expectFault(await postAs(anyone, other, withKey("key")), 409);
      expect((await postAs(anyone, other)).status).toBe(201);
    });

    test("the same key of another user, app, or in no key at all is another request", async () => {
      const body = notification();
      const someone = await caller.person();
      const elsewhere = { token: await stack.token({ app: caller.other, user: anyone.upn }), ...withKey("key") };
      const answers = await Promise.all([
        postAs(anyone, body, withKey("key")),
        postAs(someone, body, withKey("key")),
        caller.post({ ...body, targetHostName: "other.contoso.com" }, elsewhere),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(new Set(answers.map(({ json }) => json.id as string)).size).toBe(3);
      expect((await postAs(anyone, body)).status).toBe(200);
      expect((await postAs(anyone, body, withKey("other"))).status).toBe(200);
    });

    test.each(["", "x".repeat(256), "two words", "k\u00e9y"])("the key %j is a 400", async (key) => {
      expectFault(await postAs(anyone, {}, withKey(key)), 400);
    });

    test("1 and 255 visible ASCII characters are keys", async () => {
      for (const key of ["~", "k".repeat(255)]) expect((await postAs(anyone, {}, withKey(key))).status).toBe(201);
    });
  });
};
