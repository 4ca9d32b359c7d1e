import { expect, test } from "vitest";
import { loadApp } from "../../support/app-in-process.ts";
import { publicUrl } from "../../support/backends.ts";
import { sampleHost } from "./api-under-test.ts";
import { deltaQuery, feedClient, feedPath, feedQuery, valuesOf, type FeedClient } from "./feed-under-test.ts";
import { at, authorization, backends, me } from "./feed-client-under-test.ts";

/** What a client reads of its feed. */
export const feedReadCases = (): void => {
  test("a notification is read as it was posted, under both its paths, by its id in any case", async () => {
    const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, ".5Z");
    const appNotificationId = crypto.randomUUID();
    const payload = { rawContent: "raw ž🦓", visualContent: { title: "t", body: "b" } };
    const id = await me.posted({
      appNotificationId,
      payload,
      groupName: "Orders",
      targetPolicy: { platformTypes: ["ios", "WebPush"] },
      displayTimeToLive: 60,
      expirationDateTime,
      priority: "low",
    });
    const answer = await me.ask("GET", at(id));
    expect(answer.status).toBe(200);
    expect(Object.entries(answer.json as object)).toEqual([
      ["id", id],
      ["targetHostName", sampleHost],
      ["appNotificationId", appNotificationId],
      ["groupName", "Orders"],
      ["creationDateTime", expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z$/)],
      ["lastModifiedDateTime", null],
      ["expirationDateTime", expirationDateTime],
      ["status", "active"],
      ["priority", "Low"],
      ["displayTimeToLive", expect.closeTo(58, -1)],
      ["readState", "unread"],
      ["userActionState", "noInteraction"],
      ["targetPolicy", { platformTypes: ["iOS", "WebPush"] }],
      ["payload", payload],
      ["@odata.etag", answer.headers.get("etag")],
    ]);
    expect(answer.headers.get("etag")).toMatch(/^"[\w-]+\.\d+"$/);
    expect(answer.headers.get("content-type")).toBe("application/json;odata.metadata=minimal;charset=utf-8");
    for (const path of [`/beta/me/activities/${id}`, `/V1.0/me/notifications/${id.toUpperCase()}/`]) {
      expect((await me.ask("GET", path)).json).toMatchObject({ id, payload });
    }
  });

  test("the list is newest first and goes on by links that carry all they need", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.unshift(await me.posted({ groupName: `g${index % 2}` }));
    const pages = await me.pages(`${feedQuery}&$top=2`);
    expect(pages.map(({ json }) => json.value.length as number)).toEqual([2, 2, 1]);
    expect(valuesOf(pages).map(({ id }) => id)).toEqual(ids);
    expect(pages[0]?.json["@odata.nextLink"]).toMatch(
      new RegExp(`^${publicUrl}/beta/me/notifications\\?targetHostName=${sampleHost}&\\$top=2&\\$skiptoken=[\\w.~-]+$`),
    );
    expect(pages[0]?.json["@odata.context"]).toMatch(
      /^http:.*\/beta\/\$metadata#users\('.*%40contoso\.com'\)\/notifications$/,
    );
    const filtered = await me.pages(`${feedPath}?$filter=${encodeURIComponent("groupName eq 'g0'")}&$top=1`);
    expect(valuesOf(filtered).map(({ id }) => id)).toEqual([ids[0], ids[2], ids[4]]);
    const old = await me.ask("GET", `/v1.0/me/notifications?$top=1`);
    expect(old.json["@odata.nextLink"]).toContain(`${publicUrl}/v1.0/me/notifications?`);
  });

  test("a feed that nobody ever wrote to is an empty list, and a delta that later writes follow on", async () => {
    expect((await me.ask("GET", feedQuery)).json.value).toEqual([]);
    const [empty] = await me.pages(deltaQuery);
    expect(empty?.json.value).toEqual([]);
    const id = await me.posted();
    const next = await me.pages(empty?.json["@odata.deltaLink"] as string);
    expect(valuesOf(next).map((one) => one.id)).toEqual([id]);
  });

  test("a delta tells each change once, in order, and ends with the feed's state", async () => {
    const [first, second, third] = [await me.posted(), await me.posted(), await me.posted()];
    await me.ask("PATCH", at(first), { body: { readState: "read" } });
    await me.ask("DELETE", at(second));
    const pages = await me.pages(`${deltaQuery}&$top=1`);
    expect(valuesOf(pages).map(({ id, status }) => [id, status])).toEqual([
      [third, "active"],
      [first, "updated"],
      [second, "deleted"],
    ]);
    const last = pages.at(-1);
    expect(pages.filter(({ headers }) => headers.has("etag"))).toEqual([last]);
    expect(last?.headers.get("etag")).toMatch(/^"[\w-]+\.5"$/);
    expect(valuesOf(await me.pages(last?.json["@odata.deltaLink"] as string))).toEqual([]);
  });

  test("a page that follows the delta ends up with what the feed holds, however many write meanwhile", async () => {
    const settings = backends.settings({ THROTTLE_USER_WRITES_PER_5_MINUTES: "1000" });
    const instances = [await loadApp(settings), await loadApp(settings)];
    const writers = [...instances, ...instances].map((instance) => feedClient(instance, authorization));
    const appNotificationIds = Array.from({ length: 12 }, () => crypto.randomUUID());
    const oneOf = <T>(some: readonly T[]): T => some[Math.floor(Math.random() * some.length)]!;
    let stillWriting = writers.length;
    let passes = 0;
    const writeSome = async (client: FeedClient): Promise<void> => {
      for (let count = 0; count < 8 || passes < 3; count += 1) {
        const known = valuesOf([await client.ask("GET", feedQuery)]).map(({ id }) => id);
        const draw = Math.random();
        if (known.length < 3 || draw < 0.4) await client.posted({ appNotificationId: oneOf(appNotificationIds) });
        else if (draw < 0.6)
          await client.ask("PATCH", at(oneOf(known)), { body: { readState: oneOf(["read", "unread"]) } });
        else if (draw < 0.7)
          await client.ask("PATCH", feedQuery, { body: { ids: known, userActionState: "activated" } });
        else await client.ask("DELETE", at(oneOf(known)));
      }
    };

    const held = new Map<string, Readonly<Record<string, unknown>>>();
    /** One pass; the link of the next. */
    const follow = async (link: string): Promise<string> => {
      const pages = await me.pages(link);
      const changes = valuesOf(pages);
      expect(new Set(changes.map(({ id }) => id)).size).toBe(changes.length); // none twice in a pass
      for (const change of changes) {
        if (change.status === "deleted") held.delete(change.id);
        else held.set(change.id, change);
      }
      return pages.at(-1)?.json["@odata.deltaLink"] as string;
    };
    const writing = Promise.all(writers.map((client) => writeSome(client).finally(() => (stillWriting -= 1))));
    writing.catch(() => undefined); // told below, when the reader is done
    let link = `${deltaQuery}&$top=3`;
    while (stillWriting > 0) {
      link = await follow(link);
      passes += 1;
    }
    await writing;
    await follow(link);

    const stored = valuesOf(await me.pages(feedQuery));
    const known = (entity: object): object => ({ ...entity, displayTimeToLive: 0 });
    expect([...held.values()].sort((a, b) => (String(a.id) < String(b.id) ? 1 : -1)).map(known)).toEqual(
      stored.map(known),
    );
    await Promise.all(instances.map((instance) => instance.close()));
  });
};
