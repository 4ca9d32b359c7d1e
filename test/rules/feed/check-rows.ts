import { expect } from "vitest";
import { aliasOf, changeKey, headKey, headOf, notificationOf } from "../../../shared/feed/rows.ts";
import type { Notification, NotificationId } from "../../../shared/notification/notification.ts";
import type { StoredRow, Table } from "../../../shared/storage/table.ts";
import { rowsIn } from "./writers.ts";

/** Of the rows of a feed, whenever nobody is writing: the log and the aliases are exact, and deleted content is nowhere. */
export const checkRows = async (table: Table, deletedContent: readonly string[]): Promise<void> => {
  const rows = await rowsIn(table);
  const of = (prefix: string): StoredRow[] => rows.filter(({ rowKey }) => rowKey.startsWith(prefix));
  const headFound = rows.find(({ rowKey }) => rowKey === headKey);
  if (!headFound) return;
  const { version, at } = headOf(headFound);
  const notifications = of("n_").map(notificationOf);

  // The log has one row for each notification, at its version.
  const logged = of("c_").map(({ rowKey, id }) => [rowKey, id]);
  const expected = notifications.map((notification) => [changeKey(notification.version), notification.id]);
  expect(logged.sort()).toEqual(expected.sort());
  expect(Math.max(...notifications.map((notification) => notification.version))).toBeLessThanOrEqual(version);

  // What lives has its alias, and no other alias lives.
  const live = notifications.filter(({ status, expiresAt }) => status !== "deleted" && expiresAt > at);
  const aliases = of("a_")
    .map(aliasOf)
    .filter(({ expiresAt }) => expiresAt > at);
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  const expectedAliases = live.map(({ id, expiresAt, knownUntil, version }) => ({
    id,
    expiresAt,
    knownUntil,
    version,
  }));
  expect(aliases.sort(byId)).toEqual(expectedAliases.sort(byId));

  // What was deleted is nowhere, and what an Idempotency-Key left behind says nothing of any content.
  const everything = JSON.stringify(rows);
  for (const text of deletedContent) expect(everything).not.toContain(text);
  expect(JSON.stringify(of("k_"))).not.toContain("content number");
};

/** Of all writers together: each version was given once, to one notification, and none was left out. */
export const checkVersions = async (table: Table, told: readonly Notification[]): Promise<void> => {
  const rows = await rowsIn(table);
  const head = rows.find(({ rowKey }) => rowKey === headKey);
  const given = new Map<number, NotificationId>();
  for (const { id, version } of told) {
    expect(given.get(version) ?? id).toBe(id);
    given.set(version, id);
  }
  const highest = head ? headOf(head).version : 0;
  expect([...given.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: highest }, (_, index) => index + 1));
};
