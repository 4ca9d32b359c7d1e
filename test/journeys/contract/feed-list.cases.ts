import { describe, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { anyone, caller } from "./anyone.ts";
import { expectFault } from "./expect-fault.ts";
import {
  as,
  delta,
  deltaLinkOf,
  get,
  idsOf,
  list,
  pages,
  patch,
  pathOf,
  posted,
  right,
  valuesOf,
} from "./feed-client.ts";

/** The list: its pages, its filter, and what is refused. */
export const feedListCases = (): void => {
  describe("GET notifications", () => {
    test("newest first, 20 by default, by nextLink to the end, each once", async () => {
      const ids = await posted(25);
      const all = await pages(list());
      expect(all.map(({ json }) => (json.value as unknown[]).length)).toEqual([20, 5]);
      expect(idsOf(all)).toEqual(ids.toReversed());
      for (const { json, headers } of all) {
        expect(json["@odata.context"]).toContain(`${caller.base}/$metadata#`);
        expect(Object.keys(json as object)[0]).toBe("@odata.context");
        expect(headers["content-type"]).toBe("application/json;odata.metadata=minimal;charset=utf-8");
      }
      expect(all.at(-1)!.json).not.toHaveProperty("@odata.nextLink");
      expect(idsOf(await pages(list("&$top=7")))).toEqual(ids.toReversed());
      expect(idsOf(await pages(list("&$top=100")))).toHaveLength(25);
      expect(idsOf(await pages(list("&%24top=25")))).toHaveLength(25);
    });

    test("an empty feed is an empty list", async () => {
      const { json } = await get(list());
      expect(json.value).toEqual([]);
      expect(json).not.toHaveProperty("@odata.nextLink");
    });

    test("what is posted while a client pages appears on no later page, and nothing is lost or twice", async () => {
      const ids = await posted(9);
      const first = await get(list("&$top=4"));
      await posted(3);
      await right(patch(`notifications/${ids[2]!}`, { readState: "read" }));
      const rest = await pages(pathOf(first.json["@odata.nextLink"]));
      expect(idsOf([first, ...rest])).toEqual(ids.toReversed());
    });

    test.each(["0", "101", "-1", "1.5", "x", "", "1e1", "%2B5"])("$top=%s is a 400", async (top) => {
      expectFault(await as(anyone, "GET", list(`&$top=${top}`)), 400);
    });

    test("$filter over readState, userActionState, groupName and priority, with eq, ne, and, or", async () => {
      const [a, b, c] = await posted(3, (index) => ({
        ...{ groupName: ["red", "it's", null][index], priority: ["High", "Low", "None"][index] },
      }));
      await right(patch(`notifications/${a!}`, { readState: "read" }));
      await right(patch(`notifications/${b!}`, { userActionState: "dismissed" }));
      const found = async (filter: string): Promise<string[]> =>
        idsOf(await pages(list(`&$filter=${encodeURIComponent(filter)}`)));
      expect(await found("readState eq 'read'")).toEqual([a]);
      expect(await found("readState ne 'read'")).toEqual([c, b]);
      expect(await found("userActionState eq 'dismissed'")).toEqual([b]);
      expect(await found("groupName eq 'red'")).toEqual([a]);
      expect(await found("groupName eq 'it''s'")).toEqual([b]);
      expect(await found("priority eq 'High' or priority eq 'None'")).toEqual([c, a]);
      expect(await found("readState eq 'unread' and userActionState ne 'dismissed'")).toEqual([c]);
      expect(await found("readState eq 'read' or readState eq 'unread' and priority eq 'Low'")).toEqual([b, a]);
      expect(await found("groupName eq null")).toEqual([c]);
      expect(await found("groupName ne null")).toEqual([b, a]);
      expect(await found("groupName eq 'nobody'")).toEqual([]);
    });

    test("a filtered list is paged to the end as well", async () => {
      const ids = await posted(14, (index) => ({ groupName: index % 2 === 0 ? "even" : "odd" }));
      const all = await pages(list(`&$top=3&$filter=${encodeURIComponent("groupName eq 'even'")}`));
      expect(idsOf(all)).toEqual(ids.filter((_, index) => index % 2 === 0).toReversed());
      for (const { json } of all) expect((json.value as unknown[]).length).toBeLessThanOrEqual(3);
    });

    test.each([
      ...[
        "readState",
        "readState eq",
        "readState eq read",
        "readState eq 'read",
        "readState gt 'read'",
        "status eq 'x'",
      ],
      ...[
        "id eq 'x'",
        "not readState eq 'read'",
        "contains(groupName,'a')",
        "readState eq 'read' and",
        "",
        "' or 1 eq 1",
      ],
      ...["groupName eq 'a' xor groupName eq 'b'", "PartitionKey eq 'x'", "readState eq 'nonsense'", "priority eq 1"],
    ])("$filter=%s is a 400", async (filter) => {
      expectFault(await as(anyone, "GET", list(`&$filter=${encodeURIComponent(filter)}`)), 400);
    });

    test.each(["$orderby=id", "$select=id", "$count=true", "$skip=1", "$search=x", "$expand=x"])(
      "%s, which is none of the options, changes no answer's form",
      async (option) => {
        const answer = await as(anyone, "GET", list(`&${option}`));
        if (answer.status !== 200) expectFault(answer, 400);
      },
    );

    test("a $skiptoken changed anywhere, of another user, or of another list is a 400", async () => {
      await posted(3);
      const link = pathOf((await get(list("&$top=2"))).json["@odata.nextLink"]);
      const query = new URLSearchParams(link.slice(link.indexOf("?") + 1));
      const token = query.get("$skiptoken")!;
      expect(token).toBeTruthy();
      const withToken = (changed: string): string => list(`&$top=2&$skiptoken=${encodeURIComponent(changed)}`);
      await get(withToken(token));
      const flipped = Array.from(token, (character, index) => {
        const other = character === "A" ? "B" : "A";
        return `${token.slice(0, index)}${other}${token.slice(index + 1)}`;
      });
      const spoilt = [...flipped.filter((_, index) => index % 5 === 0 || index > token.length - 4), "", "x"];
      for (const one of [...spoilt, `${token}A`, token.slice(1), token.slice(0, -1)]) {
        expectFault(await as(anyone, "GET", withToken(one)), 400);
      }
      const stranger = await caller.person();
      await posted(3, undefined, stranger);
      expectFault(await as(stranger, "GET", withToken(token)), 400);
      expectFault(await as(anyone, "GET", delta(`&$skiptoken=${encodeURIComponent(token)}`)), 400);
      expectFault(await as(anyone, "GET", delta(`&$deltatoken=${encodeURIComponent(token)}`)), 400);
    });

    test("past expiry it is returned nowhere, and its appNotificationId is new again", async () => {
      const expirationDateTime = new Date(Date.now() + 2_000).toISOString();
      const [id] = await posted(1, () => ({ appNotificationId: "short", expirationDateTime }));
      const token = deltaLinkOf(await pages(delta()));
      await until(async () => (await as(anyone, "GET", `notifications/${id!}`)).status === 404, {
        what: "it has expired",
      });
      expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expirationDateTime));
      expect(idsOf([await get(list())])).toEqual([]);
      expect(valuesOf(await pages(delta())).filter((one) => one["@removed"] === undefined)).toEqual([]);
      expect(valuesOf(await pages(token)).filter((one) => one["@removed"] === undefined)).toEqual([]);
      expectFault(await patch(`notifications/${id!}`, { readState: "read" }), 404);
      const [next] = await posted(1, () => ({ appNotificationId: "short" }));
      expect(next).not.toBe(id);
    });

    test("/v1.0 has its own prefix in context and links", async () => {
      await posted(3);
      for (const path of [`/v1.0/me/${list("&$top=2")}`, `/v1.0/me/${delta("&$top=2")}`]) {
        const { json } = await get(path);
        expect(json["@odata.context"]).toMatch(new RegExp(`^${caller.httpUrl}/v1\\.0/\\$metadata#`));
        expect(json["@odata.nextLink"]).toMatch(new RegExp(`^${caller.httpUrl}/v1\\.0/me/notifications`));
      }
      expect((await pages(`/v1.0/me/${delta()}`)).at(-1)!.json["@odata.deltaLink"]).toContain(
        "/v1.0/me/notifications/delta?",
      );
    });
  });
};
