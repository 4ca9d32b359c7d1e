import { TableClient } from "@azure/data-tables";
import { describe, expect, test } from "vitest";
import { anyone, caller, stack } from "./anyone.ts";
import { expectFault } from "./expect-fault.ts";
import {
  as,
  delta,
  deltaLinkOf,
  expectEntity,
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

/** What has changed since the last pass. */
export const feedDeltaCases = (): void => {
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
};
