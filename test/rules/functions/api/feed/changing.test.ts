import { expect, test } from "vitest";
import { newNotificationId, type Notification } from "../../../../../shared/notification/notification.ts";
import { feedKeyOf } from "../../../../../shared/feed-key.ts";
import { notificationWith, now } from "../../../samples.ts";
import { base, hostName, unsid, user, world } from "./world.ts";

const live = notificationWith({ id: newNotificationId(now), version: 7 });
const webOnly = notificationWith({ id: newNotificationId(now + 1), version: 8, platformTypes: ["WebPush"] });
const tombstone = notificationWith({ id: newNotificationId(now + 2), version: 9, status: "deleted", payload: {} });
const read = { body: { readState: "read" } };
const valueOf = (answer: { readonly body?: unknown }) =>
  (answer.body as { value: readonly { id: string; status: number }[] }).value;
const nextOf = (answer: { readonly body?: unknown }) =>
  (answer.body as Readonly<Record<string, string | undefined>>)["@odata.nextLink"];

test("a change is answered with what it made, then told in one message that names the change and who made it", async () => {
  const { ask, jobs, happened } = world({ stored: [live] });
  const answer = await ask("change", live.id.toUpperCase(), { ...read, headers: { "x-uns-id": unsid } });
  expect(answer).toMatchObject({ status: 200, headers: { ETag: '"epoch.8"', "OData-Version": "4.0" } });
  expect(answer.body).toMatchObject({ id: live.id, readState: "read", userActionState: "noInteraction" });
  expect(happened).toEqual(["permit taken", "sent"]);
  expect(jobs).toEqual([
    [
      {
        v: 1,
        feed: feedKeyOf(user, hostName),
        id: live.id,
        version: 8,
        kind: "state",
        actor: "the-phone",
        hop: 0,
        acceptedAt: now,
      },
      { expiresAt: live.expiresAt },
    ],
  ]);
});

test("without X-UNS-ID nobody is spared", async () => {
  const { ask, jobs } = world({ stored: [live] });
  await ask("change", live.id, read);
  expect(jobs[0]?.[0]).not.toHaveProperty("actor");
});

test("a deletion is answered 204 without a body, each time, and each time the same message goes out", async () => {
  const { ask, jobs } = world({ stored: [live] });
  expect(await ask("remove", live.id)).toEqual({ status: 204 });
  expect(await ask("remove", live.id)).toEqual({ status: 204 });
  expect(jobs).toHaveLength(2);
  expect(jobs[1]).toEqual(jobs[0]);
  expect(jobs[0]).toMatchObject([{ kind: "state", id: live.id, version: 8 }, { expiresAt: live.expiresAt }]);
});

test.each(["change", "remove"] as const)("%s of what targeted browsers only is told to nobody", async (what) => {
  const { ask, happened } = world({ stored: [webOnly] });
  expect((await ask(what, webOnly.id, read)).status).toBeLessThan(300);
  expect(happened).toEqual(["permit taken"]);
});

test.each(["change", "remove"] as const)("%s that could not be told is a 406; its repeat tells it", async (what) => {
  const { ask, jobs, comesBack } = world({ stored: [live], away: "fanout" });
  expect(await ask(what, live.id, read)).toMatchObject({ status: 406, headers: { "Retry-After": "5" } });
  comesBack();
  expect((await ask(what, live.id, read)).status).toBeLessThan(300);
  expect(jobs).toMatchObject([[{ id: live.id, version: 8, hop: 0 }, {}]]);
});

test("what is deleted, unknown or no id at all cannot be changed; only what was never there cannot be deleted", async () => {
  const { ask, jobs } = world({ stored: [live, tombstone] });
  for (const id of [tombstone.id, newNotificationId(now), "nothing"]) {
    expect(await ask("change", id, read)).toMatchObject({ status: 404 });
  }
  expect(jobs).toEqual([]);
  expect(await ask("remove", tombstone.id)).toEqual({ status: 204 });
  for (const id of [newNotificationId(now), "nothing"]) {
    expect(await ask("remove", id)).toMatchObject({ status: 404 });
  }
});

test("If-Match is held against the stored version, but not against what is gone", async () => {
  const withTag = (tag: string) => ({ ...read, headers: { "if-match": tag } });
  for (const what of ["change", "remove"] as const) {
    const { ask, jobs } = world({ stored: [live, tombstone] });
    expect(await ask(what, live.id, withTag('"epoch.6"'))).toMatchObject({ status: 412 });
    expect(await ask(what, live.id, withTag("epoch.7"))).toMatchObject({ status: 400 });
    expect(await ask(what, tombstone.id, withTag('"epoch.6"'))).toMatchObject({
      status: what === "change" ? 404 : 204,
    });
    expect(await ask(what, newNotificationId(now), withTag("*"))).toMatchObject({ status: 404 });
    expect(jobs.filter(([{ id }]) => id === live.id)).toEqual([]);
    expect((await ask(what, live.id, withTag('"epoch.6", W/"epoch.7"'))).status).toBeLessThan(300);
  }
});

test("a notification is found under any host name of the calling app, and the device is an actor in its own feed only", async () => {
  const elsewhere = { ...live, targetHostName: "other.contoso.com" };
  const { ask, jobs } = world({ stored: [elsewhere], hostNames: [hostName, "other.contoso.com"] });
  const headers = { "x-uns-id": unsid };
  expect((await ask("change", live.id, { ...read, headers })).status).toBe(200);
  expect((await ask("remove", live.id, { headers })).status).toBe(204);
  expect(jobs.map(([{ feed, actor }]) => [feed, actor])).toEqual([
    [feedKeyOf(user, "other.contoso.com"), undefined],
    [feedKeyOf(user, "other.contoso.com"), undefined],
  ]);
  expect((await world({ stored: [elsewhere] }).ask("change", live.id, read)).status).toBe(404);
});

test("many are marked in the order they were named, each with its status, and told in one message", async () => {
  const { ask, jobs } = world({ stored: [live, webOnly, tombstone] });
  const unknown = newNotificationId(now);
  const ids = [unknown, live.id.toUpperCase(), "nothing", webOnly.id, tombstone.id, live.id];
  const answer = await ask("changeMany", "?", { body: { ids, readState: "read" } });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    value: [404, 200, 404, 200, 404, 200].map((status, index) => ({ id: ids[index], status })),
  });
  expect(jobs).toMatchObject([[{ id: live.id, version: 10, kind: "state" }, { expiresAt: live.expiresAt }]]);
});

test("ids nobody has are no fault, and tell nobody anything", async () => {
  const { ask, happened } = world({ stored: [live] });
  const answer = await ask("changeMany", "?", { body: { ids: ["nothing"], readState: "read" } });
  expect([answer.status, valueOf(answer)]).toEqual([200, [{ id: "nothing", status: 404 }]]);
  expect(happened).toEqual(["permit taken"]);
});

const many = (count: number): Notification[] =>
  Array.from({ length: count }, (_, index) =>
    notificationWith({ id: newNotificationId(now - index), version: count - index }),
  );

test("all are marked a hundred a call, newest first, skipping those that are so already", async () => {
  const stored = many(250).map((one, index) => (index % 5 === 0 ? { ...one, readState: "read" as const } : one));
  const { ask, jobs } = world({ stored });
  const sent = { body: { all: true, readState: "READ" } };
  const first = await ask("changeMany", `?targetHostName=${hostName}`, sent);
  const link = nextOf(first);
  expect(link).toMatch(`${base}/me/notifications?targetHostName=${hostName}&$skiptoken=`);
  const second = await ask("changeMany", link, sent);
  expect(nextOf(second)).toBeUndefined();
  const unread = stored.filter(({ readState }) => readState === "unread");
  expect([...valueOf(first), ...valueOf(second)]).toEqual(unread.map(({ id }) => ({ id, status: 200 })));
  expect([valueOf(first).length, jobs.length]).toEqual([100, 2]);
});

test("of many the devices are told by the newest, whose message ends last, in whatever order they were asked for", async () => {
  const stored = many(3);
  const newest = stored
    .map(({ id }) => id)
    .toSorted()
    .at(-1);
  const byIds = world({ stored });
  const ids = stored
    .map(({ id }) => id)
    .toSorted()
    .toReversed();
  expect(valueOf(await byIds.ask("changeMany", "?", { body: { ids, readState: "read" } }))).toMatchObject(
    ids.map((id) => ({ id, status: 200 })),
  );
  expect(byIds.jobs).toMatchObject([[{ id: newest }, {}]]);
  const all = world({ stored });
  await all.ask("changeMany", "?", { body: { all: true, readState: "read" } });
  expect(all.jobs).toMatchObject([[{ id: newest }, {}]]);
});

test("marking all that could not be told is told by the repeat, which finds nothing left to mark", async () => {
  const { ask, jobs, comesBack } = world({ stored: many(3), away: "fanout" });
  const sent = { body: { all: true, userActionState: "dismissed" } };
  expect((await ask("changeMany", "?", sent)).status).toBe(406);
  comesBack();
  const repeated = await ask("changeMany", "?", sent);
  expect([repeated.status, valueOf(repeated)]).toEqual([200, []]);
  expect(jobs).toMatchObject([[{ kind: "state", version: 6 }, {}]]);
});

test("marking many is a write of the user's even where there is nothing to mark: nothing left, nothing there, nothing known", async () => {
  const read = many(2).map((one) => ({ ...one, readState: "read" as const }));
  for (const stored of [read, []]) {
    const { ask } = world({ stored, throttled: "user's writes" });
    expect(await ask("changeMany", "?", { body: { all: true, readState: "read" } })).toMatchObject({ status: 406 });
    const unknown = { body: { ids: [crypto.randomUUID(), "nonsense"], readState: "read" } };
    expect(await ask("changeMany", "?", unknown)).toMatchObject({ status: 406 });
  }
});

test("a token of mark-all is for mark-all alone", async () => {
  const { ask } = world({ stored: many(150) });
  const sent = { body: { all: true, readState: "read" } };
  const token = new URL(nextOf(await ask("changeMany", "?", sent)) ?? "").searchParams.get("$skiptoken") ?? "";
  expect((await ask("list", `?$skiptoken=${token}`)).status).toBe(400);
  expect((await ask("changeMany", `?$skiptoken=${token}x`, sent)).status).toBe(400);
  const named = { body: { ids: ["x"], readState: "read" } };
  expect((await ask("changeMany", `?$skiptoken=${token}`, named)).status).toBe(400);
  const list = await world({ stored: many(3) }).ask("list", "?$top=1");
  const listToken = new URL(nextOf(list) ?? "").searchParams.get("$skiptoken") ?? "";
  expect((await ask("changeMany", `?$skiptoken=${listToken}`, sent)).status).toBe(400);
});

test("many have no ETag in common: If-Match can only be *", async () => {
  const { ask } = world({ stored: [live] });
  const sent = (tag: string) => ({ body: { all: true, readState: "read" }, headers: { "if-match": tag } });
  expect((await ask("changeMany", "?", sent('"epoch.7"'))).status).toBe(412);
  expect((await ask("changeMany", "?", sent("*"))).status).toBe(200);
});
