import { describe, expect, test } from "vitest";
import { anyone, caller, stack } from "./anyone.ts";
import { expectHeaders, postAs } from "./create-answer.ts";

/** The same appNotificationId once more. */
export const createReplaceCases = (): void => {
  describe("2.4", () => {
    test("the same appNotificationId replaces: 200, same id, new content and policies, state reset, creation kept, new version", async () => {
      const appNotificationId = "once";
      const first = await postAs(anyone, { appNotificationId, groupName: "a", payload: { rawContent: "one" } });
      const path = `notifications/${String(first.json.id)}`;
      const state = { readState: "read", userActionState: "activated" };
      const marked = await caller.ask("PATCH", path, { token: anyone.token, body: state });
      expect(marked.status, marked.text).toBe(200);
      const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString();
      const second = await postAs(anyone, {
        ...{ appNotificationId, expirationDateTime, priority: "Low", targetPolicy: { platformTypes: ["webpush"] } },
        ...{ targetHostName: "GRAPHnotifications.sample.windows.com", payload: { visualContent: { title: "two" } } },
      });
      expect([first.status, second.status, second.json.id]).toEqual([201, 200, first.json.id]);
      expectHeaders(second);
      const { json } = await caller.ask("GET", path, { token: anyone.token });
      expect(json).toMatchObject({
        ...{
          id: first.json.id,
          groupName: null,
          priority: "Low",
          readState: "unread",
          userActionState: "noInteraction",
        },
        ...{ payload: { visualContent: { title: "two" } }, creationDateTime: marked.json.creationDateTime },
        ...{ targetPolicy: { platformTypes: ["WebPush"] }, status: "updated" },
      });
      expect(Date.parse(json.expirationDateTime as string)).toBe(Date.parse(expirationDateTime));
      expect(json["@odata.etag"]).not.toBe(marked.json["@odata.etag"]);
      expect(json.payload.rawContent ?? null).toBeNull();
    });

    test("another user, another app and another id are another notification", async () => {
      const appNotificationId = "shared";
      const someone = await caller.person();
      const sameUserOtherApp = await stack.token({ app: caller.other, user: anyone.upn });
      const answers = await Promise.all([
        postAs(anyone, { appNotificationId }),
        postAs(someone, { appNotificationId }),
        postAs(anyone, { appNotificationId: "Shared-2" }),
        caller.post({ appNotificationId, targetHostName: "other.contoso.com" }, { token: sameUserOtherApp }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect(new Set(answers.map(({ json }) => json.id as string)).size).toBe(4);
    });

    test("devices replace the toast they show instead of adding one", async () => {
      const device = await stack.device(anyone.upn);
      const appNotificationId = "toast";
      await postAs(anyone, { appNotificationId, payload: { rawContent: "one" } });
      await stack.shows(device, ["one"]);
      await postAs(anyone, { appNotificationId, payload: { rawContent: "two" } });
      await stack.shows(device, ["two"]);
    });

    test("twenty posts of one appNotificationId at once are one notification: one 201, the others 200, one id", async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => postAs(anyone, { appNotificationId: "race" })));
      expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([...Array<number>(19).fill(200), 201]);
      expect(new Set(all.map(({ json }) => json.id as string)).size).toBe(1);
    });
  });
};
