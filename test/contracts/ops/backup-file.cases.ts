import { execFileSync } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { newUser, subscriptionDraftOf } from "../feed/samples.ts";
import { backedUp, folder, textOf } from "./backup-file-under-test.ts";
import { emptied, exported, livedIn, restored, rowsButAudit } from "./backup-under-test.ts";
import { apnsToken } from "./person-under-test.ts";

/** The file: who may read what of it, and what is no backup. */
export const fileCases = (): void => {
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
};
