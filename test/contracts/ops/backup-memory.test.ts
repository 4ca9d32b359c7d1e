import { execFileSync } from "node:child_process";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { audited } from "../../../infra/ops/audit.ts";
import { auditIdOf } from "../../../infra/ops/user/person.ts";
import { outputTo } from "../../../infra/ops/output.ts";
import { milliseconds } from "../../../shared/clock.ts";
import type { Tables } from "../../../shared/storage/table.ts";
import { draftOf, newUser, subscriptionDraftOf } from "../feed/samples.ts";
import { justBefore } from "../purge/purge-under-test.ts";
import {
  emptied,
  exported,
  hostNames,
  keptRows,
  killedAt,
  livedIn,
  newFolder,
  restored,
  rowsButAudit,
} from "./backup-under-test.ts";
import { apnsToken, type Somebody } from "./person-under-test.ts";

let folder: Awaited<ReturnType<typeof newFolder>>;
beforeAll(async () => (folder = await newFolder()));
afterAll(() => folder.remove());

let files = 0;
/** A lived-in store and its backup. */
const backedUp = async (name = `${(files += 1)}.jsonl.gz`) => {
  const service = await livedIn();
  const path = folder.at(name);
  const told = await exported(service.tables, path);
  expect(told).toMatchObject({
    ended: undefined,
    json: [{ counts: { app: 2, block: 1, subscription: 4 }, leftOut: 0 }],
  });
  return { ...service, path };
};

const textOf = async (path: string): Promise<string> => gunzipSync(await readFile(path)).toString("utf8");

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
  expect((await rowsButAudit(after.tables)).map(({ rowKey }) => rowKey.split("_")[0])).toEqual(["app", "block", "app"]);
});

test("the file is its owner's alone, has no secret in clear and no notification, and says what it is to whoever finds it", async () => {
  const { path, tables, ada, dataKeys } = await backedUp();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const text = await textOf(path);
  for (const secret of [apnsToken, dataKeys.slice(3), "words of ada", "title of ada", "order of ada"])
    expect(text).not.toContain(secret);
  const user = newUser();
  const { unsid } = await livedIn(tables).then(({ subscriptions }) =>
    subscriptions.subscribe(user, subscriptionDraftOf(), Date.now() + milliseconds.day),
  );
  await exported(tables, path, { force: true });
  expect(await textOf(path)).not.toContain(unsid);
  expect(await textOf(path)).not.toContain("https://push.example");
  expect(await textOf(path)).toContain(user.objectId);
  expect(text).toContain(ada.user.objectId);
  expect(JSON.parse(text.split("\n")[0]!)).toMatchObject({
    kind: "fanfare-backup",
    format: 1,
    from: "memory",
    about: expect.stringContaining("Personal"),
  });
});

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

test("a row that is there is newer and stays; a device that subscribed anew keeps its new UNSID, and the old one names nobody", async () => {
  const service = await livedIn();
  const user = newUser();
  const expiresAt = Date.now() + milliseconds.day;
  const { unsid: old } = await service.subscriptions.subscribe(user, subscriptionDraftOf(), expiresAt);
  const path = folder.at("older.jsonl");
  await exported(service.tables, path);

  const after = emptied(service);
  const anew = await after.subscriptions.subscribe(user, subscriptionDraftOf({ displayName: "newer" }), expiresAt);
  await after.tables.apps.write({ kind: "put", row: { partitionKey: hostNames[0]!, rowKey: "app", definition: "{}" } });
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

test("killed while a UNSID is put back that its device has not any more, it names nobody after a repeat", async () => {
  const { path, ada, ...before } = await backedUp();
  for (let steps = 1, isOver = false; !isOver; steps += 1) {
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

const erased = (tables: Tables, { user }: Somebody): Promise<void> => {
  const silent = { write: () => true };
  const use = {
    tables: () => tables,
    who: () => Promise.resolve({ name: "operator", objectId: undefined, by: "local" as const }),
    output: outputTo(silent, silent),
    stop: new AbortController().signal,
  };
  const subject = { kind: "person", id: auditIdOf(user) };
  return audited(use, { act: "user erase", subject }, () => Promise.resolve());
};

test("a person whom the audit says was erased since the backup does not come back, and neither does whom the operator names", async () => {
  const { path, ada, grace, ...before } = await backedUp();
  const byAudit = emptied(before);
  await erased(byAudit.tables, ada);
  expect((await restored(byAudit.tables, path)).json).toMatchObject([{ leftOut: 2, wanted: { subscription: 2 } }]);
  const rows = JSON.stringify(await rowsButAudit(byAudit.tables));
  for (const word of ada.words) expect(rows).not.toContain(word);
  expect(rows).toContain(grace.user.objectId);

  const without = folder.at("erased.csv");
  await writeFile(without, `tenantId,objectId\n${grace.user.tenantId},${grace.user.objectId.toUpperCase()}\n`);
  const byName = emptied(before);
  expect((await restored(byName.tables, path, { without })).json).toMatchObject([{ leftOut: 2 }]);
  expect(JSON.stringify(await rowsButAudit(byName.tables))).not.toContain(grace.user.objectId);
  await writeFile(without, "user,tenantId\nada,contoso\n");
  const nobody = emptied(before);
  expect((await restored(nobody.tables, path, { without })).ended).toContain(
    "line 2: a person needs tenantId and objectId",
  );
  expect(await rowsButAudit(nobody.tables)).toEqual([]);
});

test("who was erased long before the backup, and subscribed again, comes back", async () => {
  const service = await livedIn();
  const { clock, tables, ada } = service;
  const path = folder.at("again.jsonl");
  await exported(tables, path);
  const after = emptied(service);
  // As the audit has it: of an act that ended two hours ago.
  const noted: Tables = emptied(service).tables;
  await erased(noted, ada);
  const ago = 2 * milliseconds.hour;
  for await (const { etag: _, ...row } of noted.audit.all()) {
    const turned = String(Number(row.rowKey.slice(0, 13)) + ago);
    const at = new Date(clock.at - ago);
    const endedAt = row.endedAt === undefined ? {} : { endedAt: at };
    const moved = { ...row, begunAt: at, ...endedAt, rowKey: turned + row.rowKey.slice(13) };
    await after.tables.audit.write({ kind: "insert", row: moved });
  }
  expect((await restored(after.tables, path)).json).toMatchObject([{ leftOut: 0, wanted: { subscription: 4 } }]);
});

test("a damaged file writes nothing, not even that it was tried, and its line is named", async () => {
  const { path, ...before } = await backedUp("damaged.jsonl.gz");
  const after = emptied(before);
  const lines = (await textOf(path)).split("\n");
  const other = folder.at("damaged.jsonl");
  const refusal = async (text: string | Uint8Array): Promise<string | undefined> => {
    await writeFile(other, text);
    return (await restored(after.tables, other)).ended;
  };
  expect(await refusal(lines.slice(0, 4).join("\n"))).toContain("breaks off after line 4");
  expect(await refusal(lines.with(5, lines[5]!.replace("iOS", "Windows")).join("\n"))).toContain("in line 6");
  expect(await refusal((await readFile(path)).subarray(0, -20))).toMatch(/cannot be read after line \d/);
  expect(await refusal("")).toContain("is empty");
  expect((await restored(after.tables, folder.at("none"))).ended).toContain("none cannot be read");
  for await (const row of after.tables.audit.all()) expect(row).toBeUndefined();
  expect(await rowsButAudit(after.tables)).toEqual([]);
});

test("what no key of DATA_KEYS opens is told by the key's id, and what has ended since is left out", async () => {
  const { path, ...before } = await backedUp();
  const strange = { DATA_KEYS: `k2:${Buffer.alloc(32, 1).toString("base64")}` };
  const told = await restored(emptied(before).tables, path, { env: strange, dryRun: true });
  expect(told).toMatchObject({ ended: undefined, json: [{ outcome: "would restore", unopened: { k1: 4 } }] });
  expect(told.told).toContain("sealed 4 with k1");
  const own = await restored(emptied(before).tables, path, { env: { DATA_KEYS: before.dataKeys }, dryRun: true });
  expect(own.json).toMatchObject([{ unopened: {}, ended: 0 }]);
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

test("what is no file is neither read, which could last for ever, nor replaced by a backup", async () => {
  const service = await livedIn();
  const pipe = folder.at("pipe");
  execFileSync("mkfifo", [pipe]);
  const sentence = "is no file, but a folder, a pipe or a device";
  expect((await exported(service.tables, pipe, { force: true })).ended).toContain(sentence);
  expect((await stat(pipe)).isFIFO()).toBe(true);
  expect((await exported(service.tables, "")).ended).toContain("--out names no file");
  const path = folder.at("whole.jsonl");
  await exported(service.tables, path);
  const after = emptied(service);
  for (const other of [pipe, folder.folder]) {
    expect((await restored(after.tables, other)).ended).toContain(sentence);
    expect((await restored(after.tables, path, { without: other })).ended).toContain(sentence);
  }
  expect(await rowsButAudit(after.tables)).toEqual([]);
});
