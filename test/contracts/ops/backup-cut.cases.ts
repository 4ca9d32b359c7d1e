import { readdir, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { subscriptionDraftOf } from "../feed/samples.ts";
import { backedUp, folder } from "./backup-file-under-test.ts";
import {
  emptied,
  exported,
  hostNames,
  keptRows,
  killedAt,
  livedIn,
  restored,
  rowsButAudit,
} from "./backup-under-test.ts";

/** What is cut short, or meets another of its kind. */
export const cutCases = (): void => {
  test("killed before or after any change, a repeat ends as a restore that went through, and the purge finds all of it", async () => {
    const { path, ...before } = await backedUp();
    const whole = emptied(before);
    await restored(whole.tables, path);
    const wanted = await rowsButAudit(whole.tables);
    let steps = 0;
    for (let isOver = false; !isOver;) {
      steps += 1;
      for (const when of ["before", "after"] as const) {
        const after = emptied(before);
        isOver = (await restored(killedAt(after.tables, steps, when), path)).ended === undefined;
        const cut = await keptRows(after.tables);
        // The purge knows of whatever was put back by then.
        const hints = new Set((await rowsButAudit(after.tables)).map(({ rowKey }) => rowKey));
        for (const { rowKey, partitionKey } of cut) {
          if (rowKey.startsWith("s_")) expect(hints).toContain(partitionKey);
          if (rowKey === "u") expect(hints).toContain(`unsid.${partitionKey}`);
        }
        expect((await restored(after.tables, path)).ended).toBeUndefined();
        expect(await rowsButAudit(after.tables)).toEqual(wanted);
      }
    }
    expect(steps).toBeGreaterThan(15);
  });

  test("killed while a UNSID is put back that its device has not any more, it names nobody after a repeat", async () => {
    const { path, ada, ...before } = await backedUp();
    let steps = 0;
    for (let isOver = false; !isOver;) {
      steps += 1;
      const after = emptied(before);
      const { user } = ada;
      const old = await before.subscriptions.of(ada.feeds[0]!);
      const { deviceId } = old[0]!;
      const anew = subscriptionDraftOf({ deviceId, targetHostName: hostNames[0]! });
      await after.subscriptions.subscribe(user, anew, Date.now() + milliseconds.day);
      isOver = (await restored(killedAt(after.tables, steps, "after"), path)).ended === undefined;
      await restored(after.tables, path);
      const kept = await keptRows(after.tables);
      const theirs = kept.filter((row) => row.rowKey === "u" && JSON.stringify(row).includes(user.objectId));
      expect(theirs).toHaveLength(2); // the new one at this app, and the one at the other
    }
    expect(steps).toBeGreaterThan(15);
  });

  test("two restores at once end as one, and of two exports into one file one is told that it is there; neither leaves half a file", async () => {
    const { path, ...before } = await backedUp();
    const after = emptied(before);
    const both = await Promise.all([restored(after.tables, path), restored(after.tables, path)]);
    expect(both.map(({ ended }) => ended)).toEqual([undefined, undefined]);
    expect(await keptRows(after.tables)).toEqual(await keptRows(before.tables));

    const shared = folder.at("shared.jsonl.gz");
    const two = await Promise.all([exported(before.tables, shared), exported(before.tables, shared)]);
    expect(two.map(({ ended }) => ended === undefined).toSorted()).toEqual([false, true]);
    expect(two.map(({ ended }) => ended ?? "").join("")).toContain("is there already");
    expect((await restored(emptied(before).tables, shared, { dryRun: true })).ended).toBeUndefined();
  });

  test("an export that fails or is interrupted leaves no file, and the one that was there is as it was", async () => {
    const service = await livedIn();
    const stop = new AbortController();
    const feeds = {
      ...service.tables.feeds,
      withRowKeys: async function* (from: string, below: string) {
        yield* service.tables.feeds.withRowKeys(from, below);
        stop.abort();
        yield* service.tables.feeds.withRowKeys(from, below);
      },
    };
    const path = folder.at("interrupted.jsonl");
    await writeFile(path, "as it was");
    expect((await exported(service.tables, path)).ended).toContain("is there already");
    const cut = await exported({ ...service.tables, feeds }, path, { force: true, stop: stop.signal });
    expect(cut.ended).toBeDefined();
    expect(await readFile(path, "utf8")).toBe("as it was");
    expect((await readdir(folder.folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
    expect((await exported(service.tables, folder.at("no/such/folder.jsonl"))).ended).toContain("cannot be written");
  });
};
