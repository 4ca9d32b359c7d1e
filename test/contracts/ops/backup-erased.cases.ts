import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { audited } from "../../../infra/ops/audit.ts";
import { outputTo } from "../../../infra/ops/output.ts";
import { auditIdOf } from "../../../infra/ops/user/person.ts";
import { milliseconds } from "../../../shared/clock.ts";
import type { Tables } from "../../../shared/storage/table.ts";
import { backedUp, folder } from "./backup-file-under-test.ts";
import { emptied, exported, livedIn, restored, rowsButAudit } from "./backup-under-test.ts";
import type { Somebody } from "./person-under-test.ts";

/** Who does not come back. */
export const erasedCases = (): void => {
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
};

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
