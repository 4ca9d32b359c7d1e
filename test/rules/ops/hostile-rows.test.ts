import { expect, test } from "vitest";
import { tableAudit } from "../../../infra/ops/audit.table.ts";
import { outputTo } from "../../../infra/ops/output.ts";
import { erasePerson } from "../../../infra/ops/user/erase-person.ts";
import { exportedFeed } from "../../../infra/ops/user/exported-feed.table.ts";
import { headKey } from "../../../shared/feed/rows.ts";
import type { Row } from "../../../shared/storage/table.ts";
import { memoryTables, purgeUnderTest } from "../../contracts/purge/purge-under-test.ts";
import { somebody } from "../../contracts/ops/person-under-test.ts";

const hostName = "app.contoso.com";
const stop = new AbortController().signal;
const silent = outputTo({ write: () => true }, { write: () => true });

/** Somebody whose feed another program has written to as well. */
const damaged = async () => {
  const service = purgeUnderTest(memoryTables());
  service.clock.at = Date.now();
  const ada = await somebody(service, "ada", [hostName]);
  const [feed] = ada.feeds;
  const put = (row: Row) => service.tables.feeds.write({ kind: "put", row });
  const junk = { partitionKey: feed!, junk: "1" };
  for (const rowKey of [headKey, "n_zzz", "s_zzz", "a_zzz", "zz_unknown"]) await put({ ...junk, rowKey });
  await service.tables.audit.write({
    kind: "put",
    row: { partitionKey: "acts", rowKey: "0000000000000_x_a-end", act: "apps remove", counts: "{" },
  });
  return { ...service, ada, feed: feed! };
};

test("a person is erased although rows about them cannot be read, nor one of the audit", async () => {
  const { tables, ada, feed } = await damaged();
  const use = { tables, queue: { all: () => Promise.resolve([]), remove: () => Promise.resolve() }, apps: [] };
  const left = await erasePerson({ ...use, settleMs: 0, output: silent, stop, removed: () => undefined }, ada.user);
  expect(left).toEqual({});
  const rows: string[] = [];
  for await (const { rowKey } of tables.feeds.range(feed, "", "~")) rows.push(rowKey);
  expect(rows).toEqual([]);
});

test("an export tells what cannot be read as it stands, and the rest beside it", async () => {
  const { tables, feed } = await damaged();
  const counted: string[] = [];
  const count = (what: string): unknown => counted.push(what);
  const exported = await exportedFeed(tables, { hostName, feed }, { opened: undefined, stop, count });
  const listOf = async (list: AsyncIterable<unknown>): Promise<unknown[]> => {
    const all: unknown[] = [];
    for await (const one of list) all.push(one);
    return all;
  };
  const notifications = await listOf(exported!.notifications);
  expect(notifications).toContainEqual(expect.objectContaining({ malformed: true, rowKey: "n_zzz", junk: "1" }));
  expect(notifications).toContainEqual(
    expect.objectContaining({
      payload: expect.objectContaining({ rawContent: "words of ada at app.contoso.com" }) as unknown,
    }),
  );
  expect(notifications).toHaveLength(3);
  expect(await listOf(exported!.subscriptions)).toContainEqual({ subscriptionId: "zzz", malformed: true });
  expect(exported!.writes).toMatchObject({ malformed: true, junk: "1" });
  expect(counted.toSorted()).toEqual([
    ...Array<string>(3).fill("notifications"),
    ...Array<string>(2).fill("subscriptions"),
  ]);
});

test("an audit row that none of the commands wrote is told of, and hides no other", async () => {
  const { tables } = await damaged();
  const audit = tableAudit(tables.audit);
  const who = { name: "ada", objectId: undefined, by: "local" } as const;
  const plain = { act: "apps set", subject: "app x", details: undefined, counts: {}, fault: undefined };
  await audit.note({ ...plain, id: crypto.randomUUID(), who, begunAt: 1, endedAt: 2, outcome: "done" });
  const unreadable: string[] = [];
  const told: string[] = [];
  for await (const { act } of audit.since(0, (rowKey) => unreadable.push(rowKey))) told.push(act);
  expect({ told, unreadable }).toEqual({ told: ["apps set"], unreadable: ["0000000000000_x_a-end"] });
});
