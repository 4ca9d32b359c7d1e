import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { draftOf, newUser, subscriptionDraftOf } from "../feed/samples.ts";
import { justBefore } from "../purge/purge-under-test.ts";
import { backedUp, folder } from "./backup-file-under-test.ts";
import { emptied, exported, hostNames, keptRows, livedIn, restored, rowsButAudit } from "./backup-under-test.ts";
import { apnsToken } from "./person-under-test.ts";

/** What a restore brings back, and what was there before it. */
export const restoredCases = (): void => {
  test("after the loss of all tables, devices that had subscribed are there with their channels and UNSIDs, apps are registered and blocks are blocks", async () => {
    const before = await backedUp();
    const user = newUser();
    const expiresAt = Date.now() + milliseconds.day;
    const { unsid, subscription } = await before.subscriptions.subscribe(user, subscriptionDraftOf(), expiresAt);
    await exported(before.tables, before.path, { force: true });
    const marks = await Promise.all(before.ada.feeds.map((feed) => before.feed.delta(feed, { top: 10 })));

    const after = emptied(before);
    const told = await restored(after.tables, before.path);
    expect(told).toMatchObject({
      ended: undefined,
      json: [
        { outcome: "restored", puts: { app: { restored: 2 }, block: { restored: 1 }, subscription: { restored: 5 } } },
      ],
    });
    expect(await keptRows(after.tables)).toEqual(await keptRows(before.tables));
    expect(await after.subscriptions.holderOf(unsid)).toEqual(await before.subscriptions.holderOf(unsid));
    for (const [index, feed] of before.ada.feeds.entries()) {
      const [device] = await after.subscriptions.of(feed);
      expect(device?.channel).toMatchObject({ kind: "apns", token: apnsToken });
      // Whoever knew something of the feed's earlier life starts over, also once it has a head again.
      const since = marks[index]!.reached;
      await expect(after.feed.delta(feed, { top: 10, since })).rejects.toMatchObject({ kind: "gone" });
      await after.feed.accept(feed, draftOf({ expiresAt, displayUntil: expiresAt }));
      await expect(after.feed.delta(feed, { top: 10, since })).rejects.toMatchObject({ kind: "gone" });
    }
    // A device that subscribes again is the one that it was.
    const again = await after.subscriptions.subscribe(user, subscriptionDraftOf(), expiresAt + milliseconds.day);
    expect(again).toMatchObject({ unsid, isNew: false, subscription: { id: subscription.id } });
  });

  test("what was put back is purged when its time has come, and nothing stays but what is registered", async () => {
    const before = await backedUp();
    const after = emptied(before);
    await restored(after.tables, before.path);
    after.clock.at += milliseconds.day - milliseconds.minute;
    await after.purge();
    expect(await keptRows(after.tables)).toHaveLength(11);
    after.clock.at += 2 * milliseconds.hour;
    await after.purge();
    expect((await rowsButAudit(after.tables)).map(({ rowKey }) => rowKey.split("_")[0])).toEqual([
      "app",
      "block",
      "app",
    ]);
  });

  test("a row that is there is newer and stays; a device that subscribed anew keeps its new UNSID, and the old one names nobody", async () => {
    const service = await livedIn();
    const user = newUser();
    const expiresAt = Date.now() + milliseconds.day;
    const { unsid: old } = await service.subscriptions.subscribe(user, subscriptionDraftOf(), expiresAt);
    const path = folder.at("older.jsonl");
    await exported(service.tables, path);

    const after = emptied(service);
    const anew = await after.subscriptions.subscribe(user, subscriptionDraftOf({ displayName: "newer" }), expiresAt);
    await after.tables.apps.write({
      kind: "put",
      row: { partitionKey: hostNames[0]!, rowKey: "app", definition: "{}" },
    });
    const there = await rowsButAudit(after.tables);
    const told = await restored(after.tables, path);
    expect(told.json).toMatchObject([
      {
        puts: {
          app: { restored: 1, there: 1 },
          subscription: { restored: 4, there: 1 },
          unsid: { restored: 4, replaced: 1 },
        },
      },
    ]);
    expect(await rowsButAudit(after.tables)).toEqual(expect.arrayContaining(there));
    expect(anew.unsid).not.toBe(old);
    expect(await after.subscriptions.holderOf(old)).toBeUndefined();
    expect(await after.subscriptions.holderOf(anew.unsid)).toMatchObject({ objectId: user.objectId });
  });

  test("a device that is taken away while its UNSID is put back leaves none", async () => {
    const { path, ada, ...before } = await backedUp();
    const after = emptied(before);
    const met: string[] = [];
    const unsids = justBefore(
      after.tables.unsids,
      ([change]) => {
        if (change?.kind !== "insert" || !JSON.stringify(change.row).includes(ada.user.objectId)) return false;
        met.push(change.row.partitionKey);
        return true;
      },
      async () => {
        for (const key of ada.feeds)
          for (const { id, stored } of await after.subscriptions.of(key))
            if (stored.unsidKey === met[0]) await after.subscriptions.remove(key, id);
      },
    );
    expect((await restored({ ...after.tables, unsids }, path)).json).toMatchObject([
      { puts: { unsid: { replaced: 1 } } },
    ]);
    expect(await after.tables.unsids.find(met[0]!, "u")).toBeUndefined();
  });
};
