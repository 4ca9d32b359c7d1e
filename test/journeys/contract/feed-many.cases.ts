import { describe, expect, test } from "vitest";
import { anyone, caller, stack } from "./anyone.ts";
import type { Answer, Sent } from "./caller.ts";
import { expectFault } from "./expect-fault.ts";
import { as, asCase, type Entity, get, list, pages, patch, pathOf, posted, right, valuesOf } from "./feed-client.ts";

/** Many are marked by one request. */
export const feedManyCases = (): void => {
  describe("PATCH notifications, many", () => {
    const many = (body: unknown, sent: Sent = {}): Promise<Answer> => patch(list(), body, sent);

    test("ids: each with its status, in the order they were given", async () => {
      const [a, b, c] = await posted(3);
      await right(as(anyone, "DELETE", `notifications/${c!}`), 204);
      const unknown = crypto.randomUUID();
      const { json } = await right(many({ ids: [b, a, c, unknown], readState: "read" }));
      expect((json.value as Entity[]).map(({ id }) => id)).toEqual([b, a, c, unknown]);
      expect((json.value as Entity[]).map((one) => Object.keys(one))).toEqual([1, 2, 3, 4].map(() => ["id", "status"]));
      const statusOf = (id: string | undefined): unknown =>
        (json.value as Entity[]).find((one) => one.id === id)?.status;
      expect(statusOf(a)).toBe(statusOf(b));
      expect(statusOf(unknown)).not.toBe(statusOf(a));
      expect(statusOf(c)).not.toBe(statusOf(a));
      expect(valuesOf([await get(list())]).map(({ readState }) => readState)).toEqual(["read", "read"]);
      expect(json).not.toHaveProperty("@odata.nextLink");
    });

    test("all: goes on by nextLink to the end, and only marks the state it was given", async () => {
      const ids = await posted(60);
      const stranger = await caller.person();
      await posted(1, undefined, stranger);
      const body = { all: true, userActionState: "dismissed" };
      const results: Entity[] = [];
      let answer = await right(many(body));
      results.push(...(answer.json.value as Entity[]));
      while (answer.json["@odata.nextLink"] !== undefined) {
        answer = await right(patch(pathOf(answer.json["@odata.nextLink"]), body));
        results.push(...(answer.json.value as Entity[]));
      }
      expect(results.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      const all = valuesOf(await pages(list("&$top=100")));
      expect(new Set(all.map((one) => `${String(one.userActionState)} ${String(one.readState)}`))).toEqual(
        new Set(["dismissed unread"]),
      );
      expect(valuesOf([await get(list(), stranger)])[0]!.userActionState).toBe("noInteraction");
    });

    test("100 ids are taken, 101 are a 400", async () => {
      const ids = Array.from({ length: 101 }, () => crypto.randomUUID());
      expect((await right(many({ ids: ids.slice(1), readState: "read" }))).json.value).toHaveLength(100);
      expectFault(await many({ ids, readState: "read" }), 400, { details: true });
    });

    const noMarks: readonly unknown[] = [
      {},
      { all: true },
      { ids: [], readState: "read" },
      { readState: "read" },
      { all: false, readState: "read" },
      { all: "true", readState: "read" },
      { ids: "x", readState: "read" },
      { ids: [1], readState: "read" },
      { ids: ["x"], all: true, readState: "read" },
      { all: true, readState: "no" },
      { all: true, groupName: "g" },
      { all: true, readState: "read", colour: 1 },
      [],
      null,
    ];
    test.each(noMarks.map(asCase))("%s is a 400", async (_name, body) => {
      const answer = await many(body);
      expectFault(answer, 400);
    });

    test("another app's and another user's ids are not found, and not marked", async () => {
      const [id] = await posted(1);
      const stranger = await caller.person();
      const { json } = await right(as(stranger, "PATCH", list(), { body: { ids: [id], readState: "read" } }));
      expect((json.value as Entity[])[0]!.id).toBe(id);
      expect((await get(`notifications/${id!}`)).json.readState).toBe("unread");
      const otherApp = await stack.token({ app: caller.other, user: anyone.upn });
      const all = { token: otherApp, body: { all: true, readState: "read" } };
      expectFault(await caller.ask("PATCH", list(), all), 403);
      expect((await get(`notifications/${id!}`)).json.readState).toBe("unread");
    });
  });
};
