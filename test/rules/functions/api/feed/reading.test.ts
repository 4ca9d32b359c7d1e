import { expect, test } from "vitest";
import { newNotificationId, type Notification } from "../../../../../shared/notification/notification.ts";
import { notificationWith, now } from "../../../samples.ts";
import { base, hostName, phone, unsid, user, world } from "./world.ts";

const some = (count: number, changes: Partial<Notification> = {}): Notification[] =>
  Array.from({ length: count }, (_, index) =>
    notificationWith({
      id: newNotificationId(now - index),
      version: count - index,
      targetHostName: hostName,
      ...changes,
    }),
  );
const tombstone = notificationWith({ status: "deleted", payload: {}, version: 99 });

type Body = Readonly<Record<string, unknown>> & { readonly value: readonly { readonly id: string }[] };
const bodyOf = (answer: { readonly body?: unknown }): Body => answer.body as Body;
const idsIn = (answer: { readonly body?: unknown }): string[] => bodyOf(answer).value.map(({ id }) => id);

test("a list says what it is a list of, newest first, and is followed by a page that just works", async () => {
  const stored = some(3, { readState: "read" });
  const { ask } = world({ stored: [...stored, ...some(2)] });
  const first = await ask("list", "?$TOP=2&$filter=readState%20eq%20'read'&foo=1");
  expect(first).toMatchObject({
    status: 200,
    headers: { "Content-Type": "application/json;odata.metadata=minimal;charset=utf-8", "OData-Version": "4.0" },
  });
  expect(Object.keys(bodyOf(first))).toEqual(["@odata.context", "value", "@odata.nextLink"]);
  expect(bodyOf(first)["@odata.context"]).toBe(`${base}/$metadata#users('graphnotify%40contoso.com')/notifications`);
  const link = bodyOf(first)["@odata.nextLink"] as string;
  expect(link).toMatch(
    `${base}/me/notifications?targetHostName=${hostName}&$top=2&$filter=readState%20eq%20'read'&$skiptoken=`,
  );
  const second = await ask("list", link);
  expect(Object.keys(bodyOf(second))).toEqual(["@odata.context", "value"]);
  expect([...idsIn(first), ...idsIn(second)]).toEqual(stored.map(({ id }) => id));
});

test("a list has twenty unless it is asked for more, and a delta a hundred", async () => {
  const { ask } = world({ stored: some(101) });
  expect(idsIn(await ask("list", "?"))).toHaveLength(20);
  expect(idsIn(await ask("list", "?$top=100"))).toHaveLength(100);
  expect(idsIn(await ask("delta", "?"))).toHaveLength(100);
});

test("a token of one character more, less or other, for another filter, purpose or host name is a 400", async () => {
  const { ask } = world({ stored: some(3), hostNames: [hostName, "other.contoso.com"] });
  const query = `?targetHostName=${hostName}`;
  const link = bodyOf(await ask("list", `${query}&$top=1`))["@odata.nextLink"] as string;
  const token = new URL(link).searchParams.get("$skiptoken") ?? "";
  expect((await ask("list", `${query}&$skiptoken=${token}`)).status).toBe(200);
  const changed = token.slice(0, -5) + (token.at(-5) === "A" ? "B" : "A") + token.slice(-4);
  for (const other of [`${token}A`, token.slice(1), token.slice(0, -1), changed, "", "x".repeat(5_000)]) {
    expect((await ask("list", `${query}&$skiptoken=${other}`)).status).toBe(400);
  }
  expect((await ask("list", `${query}&$filter=readState%20eq%20'read'&$skiptoken=${token}`)).status).toBe(400);
  expect((await ask("list", `?targetHostName=other.contoso.com&$skiptoken=${token}`)).status).toBe(400);
  expect((await ask("delta", `${query}&$skiptoken=${token}`)).status).toBe(400);
  expect((await ask("delta", `${query}&$deltatoken=${token}`)).status).toBe(400);
});

test("a pass of deltas goes on page by page to the delta link, whose page has the feed's state as its ETag", async () => {
  const { ask } = world({ stored: [...some(3), tombstone] });
  const first = await ask("delta", "?$top=2");
  expect(Object.keys(bodyOf(first))).toEqual(["@odata.context", "value", "@odata.nextLink"]);
  expect(bodyOf(first)["@odata.context"]).toBe(
    `${base}/$metadata#users('graphnotify%40contoso.com')/notifications/$delta`,
  );
  expect(first.headers).not.toHaveProperty("ETag");
  const last = await ask("delta", bodyOf(first)["@odata.nextLink"] as string);
  expect(Object.keys(bodyOf(last))).toEqual(["@odata.context", "value", "@odata.deltaLink"]);
  expect(last.headers).toMatchObject({ ETag: '"epoch.99"' });
  expect(bodyOf(last).value.at(-1)).toEqual({ id: tombstone.id, status: "deleted", "@removed": { reason: "deleted" } });
  expect([...idsIn(first), ...idsIn(last)]).toHaveLength(4);
  const link = bodyOf(last)["@odata.deltaLink"] as string;
  expect(link).toMatch(`${base}/me/notifications/delta?targetHostName=${hostName}&$top=2&$deltatoken=`);
  const next = await ask("delta", link);
  expect(idsIn(next)).toEqual([]);
  expect(next.headers).toMatchObject({ ETag: '"epoch.99"' });
});

test("the two tokens of a delta do not go together", async () => {
  const answer = await world().ask("delta", "?$deltatoken=x&$skiptoken=y");
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([400, expect.stringContaining("$skiptoken")]);
});

test("one notification is answered whole, with its ETag in the header, its id in any case", async () => {
  const [stored] = some(1);
  const { ask } = world({ stored: stored ? [stored] : [] });
  const answer = await ask("read", stored?.id.toUpperCase());
  expect(answer).toMatchObject({ status: 200, headers: { ETag: '"epoch.1"', "OData-Version": "4.0" } });
  expect(answer.body).toMatchObject({ id: stored?.id, payload: { rawContent: "your order is ready" } });
});

test("an id is looked for under every host name of the calling app", async () => {
  const stored = some(1, { targetHostName: "other.contoso.com" });
  const id = stored[0]?.id;
  expect((await world({ stored, hostNames: [hostName, "other.contoso.com"] }).ask("read", id)).status).toBe(200);
  expect((await world({ stored }).ask("read", id)).status).toBe(404);
});

test.each(["nothing", "0", "%00", "019c13f0-0000-7000-8000-00000000000", newNotificationId(now), tombstone.id])(
  "%s is nobody's id: 404",
  async (id) => {
    expect(await world({ stored: [...some(1), tombstone] }).ask("read", id)).toMatchObject({ status: 404 });
  },
);

test("the user of another tenant is another user, the object id be the same", async () => {
  const stored = some(1);
  const caller = { ...phone, tenantId: "another", user: { ...user, tenantId: "another" } };
  const { ask } = world({ stored, caller });
  expect(idsIn(await ask("list", "?"))).toEqual([]);
  expect(idsIn(await ask("delta", "?"))).toEqual([]);
  expect(await ask("read", stored[0]?.id)).toMatchObject({ status: 404 });
  const sent = { headers: { "x-uns-id": unsid } };
  expect(await ask("list", "?", sent)).toMatchObject({ status: 403 });
});

test("targetHostName may be left out when there is only one", async () => {
  expect((await world().ask("list", "?")).status).toBe(200);
  for (const what of ["list", "delta"] as const) {
    const { ask, happened } = world({ hostNames: [hostName, "other.contoso.com"] });
    const answer = await ask(what, "?");
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([400, expect.stringContaining("targetHostName")]);
    expect(await ask(what, "?targetHostName=nobodys.example")).toMatchObject({ status: 403 });
    expect((await ask(what, "?TargetHostName=OTHER.contoso.com")).status).toBe(200);
    expect(happened).toEqual(["read counted elsewhere"]);
  }
});

test("every read is counted before it is made, and one too many is a 406 with its time", async () => {
  const stored = some(1);
  for (const [what, place] of [
    ["list", "?"],
    ["delta", "?"],
    ["read", stored[0]?.id],
  ] as const) {
    const { ask, happened } = world({ stored });
    await ask(what, place);
    expect(happened).toEqual(["read counted"]);
    const refused = await world({ stored, throttled: "user's reads" }).ask(what, place);
    expect(refused).toMatchObject({ status: 406, headers: { "Retry-After": "7" } });
  }
});

test("what a device was given counts as fetched by it; a tombstone gave it nothing", async () => {
  const stored = [...some(2), tombstone];
  const ids = stored.map(({ id }) => id);
  const headers = { "x-uns-id": unsid };
  for (const [what, place, fetched] of [
    ["list", "?$top=1", `${ids[0]}`],
    ["delta", "?", `${ids[1]} ${ids[0]}`],
    ["read", ids[1], `${ids[1]}`],
  ] as const) {
    const { ask, happened } = world({ stored });
    expect((await ask(what, place, { headers })).status).toBe(200);
    expect(happened).toEqual(["read counted", `the-phone fetched ${fetched}`]);
  }
});
