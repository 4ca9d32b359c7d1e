import { TableClient } from "@azure/data-tables";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LocalStack } from "../../support/stack.ts";
import { until } from "../../support/until.ts";
import type { Answer, Caller, Person, Sent } from "./caller.ts";
import { secondHost, sendersOnlyHost, type ContractStack } from "./contract-stack.ts";
import { expectFault, guid } from "./expect-fault.ts";

let stack: LocalStack;
let caller: Caller;
let anyone: Person;
const host = "targetHostName=graphnotifications.sample.windows.com";

type Entity = Record<string, unknown> & { readonly id: string };

const as = (who: Person, method: string, path: string, sent: Sent = {}): Promise<Answer> =>
  caller.ask(method, path, { token: who.token, ...sent });
const right = async (asking: Promise<Answer>, status = 200): Promise<Answer> => {
  const answer = await asking;
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers["request-id"]).toMatch(guid);
  return answer;
};
const get = (path: string, who = anyone): Promise<Answer> => right(as(who, "GET", path));
const patch = (path: string, body: unknown, sent: Sent = {}): Promise<Answer> =>
  as(anyone, "PATCH", path, { body, ...sent });
/** Posts so many, one after the other, and resolves to their ids, oldest first. */
const posted = async (count: number, more: (index: number) => object = () => ({}), who = anyone): Promise<string[]> => {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { json } = await right(caller.post({ ...more(index) }, { token: who.token }), 201);
    ids.push(String(json.id));
  }
  return ids;
};
/** Follows nextLinks, which must be whole URLs of the same base, and resolves to every page's answer. */
const pages = async (first: string, who = anyone): Promise<Answer[]> => {
  const all = [await get(first, who)];
  for (let next = all[0]!.json["@odata.nextLink"]; next !== undefined; next = all.at(-1)!.json["@odata.nextLink"]) {
    expect(String(next).startsWith(caller.httpUrl), String(next)).toBe(true);
    all.push(await get(String(next).slice(caller.httpUrl.length), who));
    expect(all.length).toBeLessThan(50);
  }
  return all;
};
const valuesOf = (answers: readonly Answer[]): Entity[] => answers.flatMap(({ json }) => json.value as Entity[]);
const idsOf = (answers: readonly Answer[]): string[] => valuesOf(answers).map(({ id }) => id);
const list = (query = ""): string => `notifications?${host}${query}`;
const delta = (query = ""): string => `notifications/delta?${host}${query}`;
const pathOf = (link: unknown): string => String(link).slice(caller.httpUrl.length);
const deltaLinkOf = (answers: readonly Answer[]): string => {
  for (const { json } of answers.slice(0, -1)) expect(json["@odata.deltaLink"]).toBeUndefined();
  const link = answers.at(-1)!.json["@odata.deltaLink"] as string;
  expect(link.startsWith(`${caller.httpUrl}/`), link).toBe(true);
  return pathOf(link);
};

const asCase = (body: unknown): [string, unknown] => [JSON.stringify(body), body];

const entityMembers = [
  ...["id", "targetHostName", "appNotificationId", "groupName", "creationDateTime", "lastModifiedDateTime"],
  ...["expirationDateTime", "status", "priority", "displayTimeToLive", "readState", "userActionState", "targetPolicy"],
  ...["payload", "@odata.etag"],
];
const expectEntity = (entity: Record<string, unknown>): void => {
  expect(
    Object.keys(entity)
      .filter((name) => name !== "@odata.context")
      .toSorted(),
  ).toEqual(entityMembers.toSorted());
};

/** What contract 4 says of the feed. */
export const feedCases = (shared: () => ContractStack): void => {
  beforeAll(() => {
    ({ stack, caller } = shared());
  });
  beforeEach(async () => {
    anyone = await caller.person();
  });

  describe("the entity", () => {
    test("has these members, with what was posted, raw content included", async () => {
      const before = Date.now();
      const expirationDateTime = new Date(before + 3_600_000).toISOString().replace(/\.\d+Z/, ".250Z");
      const { json: made } = await caller.post(
        {
          ...{
            appNotificationId: "whole",
            groupName: "g",
            priority: "low",
            expirationDateTime,
            displayTimeToLive: "60",
          },
          ...{ payload: { rawContent: "raw", visualContent: { title: "t", body: "b" } } },
          targetPolicy: { platformTypes: ["webpush", "ios"] },
        },
        { token: anyone.token },
      );
      for (const path of [`notifications/${String(made.id)}`, `activities/${String(made.id)}`]) {
        const { json, headers } = await get(path);
        expectEntity(json as Entity);
        expect(json).toMatchObject({
          ...{ id: made.id, targetHostName: "graphnotifications.sample.windows.com", appNotificationId: "whole" },
          ...{
            groupName: "g",
            lastModifiedDateTime: null,
            expirationDateTime: expirationDateTime.replace("250Z", "25Z"),
          },
          ...{ status: "active", priority: "Low", readState: "unread", userActionState: "noInteraction" },
          payload: { rawContent: "raw", visualContent: { title: "t", body: "b" } },
        });
        expect((json.targetPolicy.platformTypes as string[]).toSorted()).toEqual(["WebPush", "iOS"]);
        expect(json.displayTimeToLive).toBeTypeOf("number");
        expect(json.creationDateTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z$/);
        expect(Math.abs(Date.parse(String(json.creationDateTime)) - before)).toBeLessThan(5_000);
        expect(headers["content-type"]).toBe("application/json;odata.metadata=minimal;charset=utf-8");
        expect(headers.etag).toBe(json["@odata.etag"]);
      }
      const location = `/beta/me/activities/${String(made.id)}`;
      expect((await get(location)).json.id).toBe(made.id);
    });

    test("in a list it is the same as alone", async () => {
      const [id] = await posted(1);
      const [listed] = valuesOf([await get(list())]);
      expectEntity(listed!);
      const {
        "@odata.context": _,
        displayTimeToLive: __,
        ...alone
      } = (await get(`notifications/${id!}`)).json as Entity;
      expect(listed).toMatchObject(alone);
    });

    test("404 when unknown, deleted, of another user, or of a host name that is not the calling app's", async () => {
      const [kept, deleted] = await posted(2);
      await right(as(anyone, "DELETE", `notifications/${deleted!}`), 204);
      const stranger = await caller.person();
      const otherApp = { upn: anyone.upn, token: await stack.token({ app: caller.other, user: anyone.upn }) };
      for (const [who, id] of [
        ...[
          [anyone, deleted!],
          [anyone, crypto.randomUUID()],
          [anyone, "x"],
          [anyone, "a%20b"],
        ],
        ...[
          [stranger, kept!],
          [otherApp, kept!],
        ],
      ] as [Person, string][]) {
        for (const path of [`notifications/${id}`, `activities/${id}`]) expectFault(await as(who, "GET", path), 404);
        const state = { body: { readState: "read" } };
        expectFault(await as(who, "PATCH", `notifications/${id}`, state), 404);
      }
      for (const who of [stranger, otherApp]) expectFault(await as(who, "DELETE", `notifications/${kept!}`), 404);
      expect((await get(`notifications/${kept!}`)).json.readState).toBe("unread");
    });
  });

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

    test("targetHostName: not the calling app's 403, left out by a client of one it is that one, by a client of two 400", async () => {
      const [id] = await posted(1);
      for (const path of ["notifications", "notifications/delta"]) {
        const own = await get(path);
        expect(idsOf([own])).toEqual([id]);
        for (const name of ["other.contoso.com", "nobody.contoso.com", sendersOnlyHost]) {
          expectFault(await as(anyone, "GET", `${path}?targetHostName=${name}`), 403);
        }
        const ofTwo = await caller.person(caller.other);
        expectFault(await as(ofTwo, "GET", path), 400);
        for (const name of [secondHost, "other.contoso.com", "OTHER.contoso.com"]) {
          expect((await get(`${path}?targetHostName=${name}`, ofTwo)).json.value).toEqual([]);
        }
      }
    });

    test("an app's two host names are two feeds; its entities are found in both", async () => {
      const ofTwo = await caller.person(caller.other);
      const hosts = ["other.contoso.com", secondHost];
      const ids = await Promise.all(
        hosts.map(async (targetHostName) => {
          const { json } = await right(caller.post({ targetHostName, appNotificationId: "a" }, ofTwo), 201);
          return String(json.id);
        }),
      );
      for (const [index, name] of hosts.entries()) {
        expect(idsOf([await get(`notifications?targetHostName=${name}`, ofTwo)])).toEqual([ids[index]]);
        expect((await get(`notifications/${ids[index]!}`, ofTwo)).json.targetHostName).toBe(name);
        await right(as(ofTwo, "DELETE", `notifications/${ids[index]!}`), 204);
      }
    });

    test("app-only tokens never reach the feed: 403", async () => {
      const token = await stack.token();
      const [id] = await posted(1);
      const { unsid } = await stack.device(anyone.upn);
      const body = { readState: "read" };
      for (const headers of [{}, { "x-uns-id": unsid }]) {
        for (const path of [list(), delta(), `notifications/${id!}`, `activities/${id!}`]) {
          expectFault(await caller.ask("GET", path, { token, headers }), 403);
        }
        expectFault(await caller.ask("PATCH", `notifications/${id!}`, { token, headers, body }), 403);
        expectFault(await caller.ask("PATCH", list(), { token, headers, body: { all: true, ...body } }), 403);
        expectFault(await caller.ask("DELETE", `notifications/${id!}`, { token, headers }), 403);
      }
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

  describe("PATCH notifications/{id}", () => {
    test("readState and userActionState, one or both, any transition, 200 with the entity; neither implies the other", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      const etags = new Set([(await get(path)).json["@odata.etag"] as string]);
      const expected = { readState: "unread", userActionState: "noInteraction" };
      for (const change of [
        ...[{ userActionState: "activated" }, { userActionState: "dismissed" }, { userActionState: "snoozed" }],
        ...[{ userActionState: "noInteraction" }, { readState: "read" }, { readState: "unread" }],
        { readState: "read", userActionState: "snoozed" },
      ]) {
        Object.assign(expected, change);
        const { json, headers } = await right(patch(path, change));
        expectEntity(json as Entity);
        expect(json).toMatchObject({ ...expected, status: "updated" });
        expect(Math.abs(Date.parse(String(json.lastModifiedDateTime)) - Date.now())).toBeLessThan(5_000);
        expect(headers.etag).toBe(json["@odata.etag"]);
        etags.add(String(json["@odata.etag"]));
        expect((await get(path)).json).toMatchObject(expected);
      }
      expect(etags.size).toBe(8);
    });

    const noStates: readonly unknown[] = [
      {},
      [],
      null,
      1,
      { status: "deleted" },
      { readState: "read", payload: {} },
      { readState: "READ?" },
      { readState: null },
      { readState: 1 },
      { userActionState: "clicked" },
      { groupName: "g" },
      { readState: "read", x: 1 },
    ];
    test.each(noStates.map(asCase))("none of the two, or any other member, is a 400: %s", async (_name, body) => {
      const [id] = await posted(1);
      const answer = await patch(`notifications/${id!}`, body);
      expectFault(answer, 400);
      expect((await get(`notifications/${id!}`)).json).toMatchObject({
        readState: "unread",
        lastModifiedDateTime: null,
      });
    });

    test("no JSON 400, no JSON content type 415, too large 413", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      expectFault(await patch(path, "{"), 400);
      expectFault(await patch(path, "{}", { headers: { "content-type": "text/plain" } }), 415);
      expectFault(await patch(path, "{}".padEnd(70_000)), 413);
    });

    test("If-Match: the current ETag and * pass, another is a 412 and changes nothing; last write wins without it", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      const { json } = await get(path);
      const ifMatch = (etag: string) => ({ headers: { "if-match": etag } });
      const next = await right(patch(path, { readState: "read" }, ifMatch(String(json["@odata.etag"]))));
      for (const etag of [String(json["@odata.etag"]), '"x"', '"1.1"']) {
        expectFault(await patch(path, { readState: "unread" }, ifMatch(etag)), 412);
      }
      expect((await get(path)).json.readState).toBe("read");
      const list = `"x", ${String(next.json["@odata.etag"])}`;
      await right(patch(path, { readState: "unread" }, ifMatch(list)));
      await right(patch(path, { readState: "read" }, ifMatch("*")));
      await right(patch(path, { readState: "unread" }));
    });

    test("two PATCHes with one ETag at once: one passes, one is a 412", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      const headers = { "if-match": String((await get(path)).json["@odata.etag"]) };
      const body = { readState: "read" };
      const answers = await Promise.all([1, 2, 3, 4].map(() => patch(path, body, { headers })));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412]);
    });

    test("a deleted one is a 404", async () => {
      const [id] = await posted(1);
      await right(as(anyone, "DELETE", `notifications/${id!}`), 204);
      expectFault(await patch(`notifications/${id!}`, { readState: "read" }), 404);
      expectFault(await patch(`notifications/${id!}`, { readState: "read" }, { headers: { "if-match": "*" } }), 404);
    });
  });

  describe("DELETE notifications/{id}", () => {
    test("204, also when already deleted; never known 404; the same appNotificationId is a new notification", async () => {
      const [id, other] = await posted(2, (index) => ({ appNotificationId: `name-${index}` }));
      for (const _ of [1, 2, 3]) {
        const { text } = await right(as(anyone, "DELETE", `notifications/${id!}`), 204);
        expect(text).toBe("");
      }
      expectFault(await as(anyone, "DELETE", `notifications/${crypto.randomUUID()}`), 404);
      expect(idsOf([await get(list())])).toEqual([other]);
      const [again] = await posted(1, () => ({ appNotificationId: "name-0" }));
      expect(again).not.toBe(id);
      await right(as(anyone, "DELETE", `notifications/${id!}`), 204);
      expect(idsOf([await get(list())])).toEqual([again, other]);
    });

    test("If-Match is honoured here as well", async () => {
      const [id] = await posted(1);
      const path = `notifications/${id!}`;
      expectFault(await as(anyone, "DELETE", path, { headers: { "if-match": '"x"' } }), 412);
      const headers = { "if-match": String((await get(path)).json["@odata.etag"]) };
      await right(as(anyone, "DELETE", path, { headers }), 204);
    });

    test("the delta shows a tombstone without content, the tables hold none of it", async () => {
      const secret = `content-${crypto.randomUUID()}`;
      const [id] = await posted(1, () => ({
        payload: { rawContent: secret },
        appNotificationId: secret,
        groupName: secret,
      }));
      const since = deltaLinkOf(await pages(delta()));
      await right(as(anyone, "DELETE", `notifications/${id!}`), 204);
      const tombstone = { id, status: "deleted", "@removed": { reason: "deleted" } };
      expect(valuesOf(await pages(since))).toEqual([tombstone]);
      expect(valuesOf(await pages(delta())).filter((one) => one.id === id && one["@removed"] === undefined)).toEqual(
        [],
      );
      const { connectionString } = stack.stack.tables;
      for (const table of ["feeds", "deliveries"]) {
        const client = TableClient.fromConnectionString(connectionString, table, { allowInsecureConnection: true });
        for await (const row of client.listEntities()) expect(JSON.stringify(row)).not.toContain(secret);
      }
    });
  });

  describe("GET notifications/delta", () => {
    test("first everything, then only what changed, in order, deletions as tombstones; an empty pass ends in a deltaLink", async () => {
      const [a, b, c] = await posted(3);
      const first = await pages(delta());
      expect(idsOf(first)).toEqual([a, b, c]);
      for (const entity of valuesOf(first)) expectEntity(entity);
      let link = deltaLinkOf(first);
      const nothing = await pages(link);
      expect(valuesOf(nothing)).toEqual([]);
      expect(nothing[0]!.json["@odata.context"]).toContain(`${caller.base}/$metadata#`);
      link = deltaLinkOf(nothing);

      await right(patch(`notifications/${b!}`, { readState: "read" }));
      await right(as(anyone, "DELETE", `notifications/${a!}`), 204);
      const [d] = await posted(1);
      await right(patch(`notifications/${c!}`, { userActionState: "snoozed" }));
      const changes = await pages(link);
      expect(valuesOf(changes).map(({ id, status }) => [id, status])).toEqual([
        ...[
          [b, "updated"],
          [a, "deleted"],
          [d, "active"],
          [c, "updated"],
        ],
      ]);
      // The same link again, as after a crash of the client, says the same and what came since.
      expect(idsOf(await pages(link))).toEqual([b, a, d, c]);
      expect(valuesOf(await pages(deltaLinkOf(changes)))).toEqual([]);
    });

    test("in pages of $top by nextLink, each (id, version) once in a pass, whatever is written meanwhile", async () => {
      const ids = await posted(11);
      const first = await get(delta("&$top=4"));
      expect(first.json.value).toHaveLength(4);
      await right(patch(`notifications/${ids[0]!}`, { readState: "read" }));
      await right(patch(`notifications/${ids[9]!}`, { readState: "read" }));
      const [late] = await posted(1);
      const rest = await pages(pathOf(first.json["@odata.nextLink"]));
      const all = [first, ...rest];
      for (const { json } of all) expect((json.value as unknown[]).length).toBeLessThanOrEqual(4);
      const seen = valuesOf(all).map((one) => `${one.id} ${String(one["@odata.etag"])}`);
      expect(new Set(seen).size).toBe(seen.length);
      const then = await pages(deltaLinkOf(all));
      const finally_ = new Map([...valuesOf(all), ...valuesOf(then)].map((one) => [one.id, one.readState]));
      expect([...finally_.keys()].toSorted()).toEqual([...ids, late!].toSorted());
      expect([finally_.get(ids[0]!), finally_.get(ids[9]!)]).toEqual(["read", "read"]);
    });

    test("a replace is one change with the same id", async () => {
      const [id] = await posted(1, () => ({ appNotificationId: "same" }));
      const link = deltaLinkOf(await pages(delta()));
      await right(caller.post({ appNotificationId: "same", groupName: "new" }, { token: anyone.token }), 200);
      await right(caller.post({ appNotificationId: "same", groupName: "newer" }, { token: anyone.token }), 200);
      expect(valuesOf(await pages(link))).toMatchObject([{ id, groupName: "newer" }]);
    });

    test("a feed never written gives an empty pass, whose deltaLink shows the first that is posted", async () => {
      const empty = await pages(delta());
      expect(valuesOf(empty)).toEqual([]);
      const [id] = await posted(1);
      expect(idsOf(await pages(deltaLinkOf(empty)))).toEqual([id]);
    });

    test("no change is missed while ten write at once", async () => {
      const known = new Map<string, unknown>();
      let link = delta("&$top=5");
      const pass = async (): Promise<void> => {
        const answers = await pages(link);
        const seen = valuesOf(answers).map((one) => `${one.id} ${String(one["@odata.etag"] ?? one.status)}`);
        expect(new Set(seen).size).toBe(seen.length);
        for (const one of valuesOf(answers)) known.set(one.id, one.status === "deleted" ? "deleted" : one.readState);
        link = deltaLinkOf(answers);
      };
      const writer = async (): Promise<void> => {
        const [first, second] = await posted(2);
        await right(patch(`notifications/${first!}`, { readState: "read" }));
        await right(as(anyone, "DELETE", `notifications/${second!}`), 204);
      };
      const written = new AbortController();
      const writing = Promise.all(Array.from({ length: 10 }, writer)).finally(() => written.abort());
      while (!written.signal.aborted) await pass();
      await writing;
      await pass();
      const states = [...known.values()];
      expect(states.filter((state) => state === "read")).toHaveLength(10);
      expect(states.filter((state) => state === "deleted").length).toBeLessThanOrEqual(10);
      expect(states).not.toContain("unread");
      expect(idsOf(await pages(list())).toSorted()).toEqual(
        [...known].flatMap(([id, state]) => (state === "read" ? [id] : [])).toSorted(),
      );
    });

    test("a $deltatoken changed anywhere, of another user or in the list's place is a 400", async () => {
      await posted(1);
      const link = deltaLinkOf(await pages(delta()));
      const token = new URLSearchParams(link.slice(link.indexOf("?") + 1)).get("$deltatoken")!;
      expect(token).toBeTruthy();
      const withToken = (changed: string): string => delta(`&$deltatoken=${encodeURIComponent(changed)}`);
      await get(withToken(token));
      const flipped = Array.from(token, (character, index) => {
        const other = character === "A" ? "B" : "A";
        return `${token.slice(0, index)}${other}${token.slice(index + 1)}`;
      });
      for (const one of [...flipped.filter((_, index) => index % 7 === 0), "", "x", token.slice(0, -1), `${token}A`]) {
        expectFault(await as(anyone, "GET", withToken(one)), 400);
      }
      expectFault(await as(await caller.person(), "GET", withToken(token)), 400);
      expectFault(await as(anyone, "GET", list(`&$skiptoken=${encodeURIComponent(token)}`)), 400);
      for (const top of ["0", "101", "x"]) expectFault(await as(anyone, "GET", delta(`&$top=${top}`)), 400);
    });

    test("a token of a feed since recreated is a 410, and the client starts over", async () => {
      const { connectionString } = stack.stack.tables;
      const feeds = TableClient.fromConnectionString(connectionString, "feeds", { allowInsecureConnection: true });
      const partitions = async (): Promise<Set<string>> => {
        const found = new Set<string>();
        for await (const { partitionKey } of feeds.listEntities()) found.add(partitionKey!);
        return found;
      };
      const before = await partitions();
      await posted(4);
      const link = deltaLinkOf(await pages(delta()));
      const next = pathOf((await get(delta("&$top=2"))).json["@odata.nextLink"]);
      const etag = String(valuesOf([await get(list())])[0]!["@odata.etag"]);
      const [mine] = [...(await partitions())].filter((partition) => !before.has(partition));
      const rows = feeds.listEntities({ queryOptions: { filter: `PartitionKey eq '${mine!}'` } });
      for await (const { partitionKey, rowKey } of rows) await feeds.deleteEntity(partitionKey!, rowKey!);
      expectFault(await as(anyone, "GET", link), 410);
      const [id] = await posted(1);
      expectFault(await as(anyone, "GET", link), 410);
      expectFault(await as(anyone, "GET", next), 410);
      expect(idsOf(await pages(delta()))).toEqual([id]);
      expectFault(await patch(`notifications/${id!}`, { readState: "read" }, { headers: { "if-match": etag } }), 412);
    });
  });

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

  describe("others", () => {
    test("a state change taps no browser", async () => {
      const device = await stack.device(anyone.upn);
      const { json } = await right(caller.post({ payload: { rawContent: "one" } }, { token: anyone.token }), 201);
      await stack.shows(device, ["one"]);
      await right(patch(`notifications/${String(json.id)}`, { readState: "read" }));
      await right(patch(list(), { all: true, userActionState: "dismissed" }));
      await right(as(anyone, "DELETE", `notifications/${String(json.id)}`), 204);
      await right(caller.post({ payload: { rawContent: "two" } }, { token: anyone.token }), 201);
      const shown = async (): Promise<boolean> => (await stack.shown(device)).includes("two");
      await until(shown, { what: "the next one rings" });
      expect(await stack.attemptsAt(device)).toEqual([201, 201]);
    });

    test("a read notification, or a dismissed one, rings no more where it had not rung", async () => {
      const device = await stack.device(anyone.upn);
      await stack.push.addFault({ device: device.deviceId, status: 503, count: 1 });
      const { json } = await right(caller.post({ payload: { rawContent: "seen" } }, { token: anyone.token }), 201);
      await right(patch(`notifications/${String(json.id)}`, { readState: "read" }));
      await right(caller.post({ payload: { rawContent: "next" } }, { token: anyone.token }), 201);
      await until(async () => (await stack.shown(device)).includes("next"), { what: "the next one rings" });
      await until(async () => (await stack.push.faults()).length === 0, { what: "the fault was met" }).catch(
        () => undefined,
      );
      expect(await stack.shown(device)).not.toContain("seen");
    });

    test("X-UNS-ID of the user's own device is taken on every operation; a stranger's is a 403", async () => {
      const [id] = await posted(1);
      const [own, strangers] = await Promise.all([stack.device(anyone.upn), stack.device((await caller.person()).upn)]);
      const asks = (unsid: string): [number, Promise<Answer>][] => [
        [200, as(anyone, "GET", list(), { unsid })],
        [200, as(anyone, "GET", delta(), { unsid })],
        [200, as(anyone, "GET", `notifications/${id!}`, { unsid })],
        [200, patch(`notifications/${id!}`, { readState: "read" }, { unsid })],
      ];
      for (const [status, asking] of asks(own.unsid)) await right(asking, status);
      for (const [, asking] of asks(strangers.unsid)) expectFault(await asking, 403);
      expectFault(await as(anyone, "DELETE", `notifications/${id!}`, { unsid: "unknown" }), 403);
      await right(as(anyone, "DELETE", `notifications/${id!}`, { unsid: own.unsid }), 204);
    });

    test("openapi.json needs no token and describes every path", async () => {
      for (const prefix of ["beta", "v1.0"]) {
        const { json } = await right(caller.ask("GET", `/${prefix}/openapi.json`));
        expect(json.openapi).toMatch(/^3\.1\./);
        const paths = Object.keys(json.paths as object).join(" ");
        for (const one of [
          ...[
            "/me/notifications",
            "/me/notifications/delta",
            "/me/notifications/{id}",
            "/me/notifications/subscriptions",
          ],
          ...["/me/notifications/subscriptions/{id}", "/me/notifications/vapidPublicKey", "/me/activities/{id}"],
        ]) {
          expect(paths).toContain(one);
        }
      }
    });
  });
};
