import { expect, test } from "vitest";
import { RowConflict, type Change } from "../../../shared/storage/table.ts";
import { found, insert, keysIn, partition, table } from "./table-under-test.ts";

/** Writers who meet, others or themselves. */
export const raceCases = (): void => {
  test("replace meets a row that was deleted meanwhile with a conflict, alone and in a transaction", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "r" });
    const { etag: ifMatch } = await found(partitionKey);
    await table.write({ kind: "delete", partitionKey, rowKey: "r" });
    const late: Change = { kind: "replace", row: { partitionKey, rowKey: "r" }, ifMatch };
    await expect(table.write(late)).rejects.toThrow(RowConflict);
    const together = table.transact([{ kind: "put", row: { partitionKey, rowKey: "beside" } }, late]);
    await expect(together).rejects.toThrow(RowConflict);
    expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual([]);
  });

  test("of twenty who replace the same version, one wins", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "r", winner: -1 });
    const { etag: ifMatch } = await found(partitionKey);
    const races = await Promise.allSettled(
      Array.from({ length: 20 }, (_, winner) =>
        table.write({ kind: "replace", row: { partitionKey, rowKey: "r", winner }, ifMatch }),
      ),
    );
    const winners = races.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    expect(winners).toHaveLength(1);
    expect(await found(partitionKey)).toMatchObject({ winner: winners[0] });
    for (const race of races) if (race.status === "rejected") expect(race.reason).toBeInstanceOf(RowConflict);
  });

  test("of ten transactions that replace the same version, one is made, whole, and of the others nothing", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "head", winner: -1 });
    const { etag: ifMatch } = await found(partitionKey, "head");
    const races = await Promise.allSettled(
      Array.from({ length: 10 }, (_, winner) =>
        table.transact([
          { kind: "insert", row: { partitionKey, rowKey: `of ${winner}` } },
          { kind: "replace", row: { partitionKey, rowKey: "head", winner }, ifMatch },
        ]),
      ),
    );
    const winners = races.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    expect(winners).toHaveLength(1);
    for (const race of races) if (race.status === "rejected") expect(race.reason).toBeInstanceOf(RowConflict);
    expect(await found(partitionKey, "head")).toMatchObject({ winner: winners[0] });
    expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual(["head", `of ${winners[0]}`]);
  });

  test("a change sent again, as when its answer was lost, meets its own effect with a conflict; only a put passes", async () => {
    const partitionKey = partition();
    for (const rowKey of ["doomed", "old", "put"]) await insert({ partitionKey, rowKey, value: 1 });
    const { etag: ifMatch } = await found(partitionKey, "old");
    const { etag: doomed } = await found(partitionKey, "doomed");
    const changes: Change[] = [
      { kind: "insert", row: { partitionKey, rowKey: "new" } },
      { kind: "replace", row: { partitionKey, rowKey: "old", value: 1 }, ifMatch }, // as it was: a version all the same
      { kind: "delete", partitionKey, rowKey: "doomed", ifMatch: doomed },
    ];
    for (const change of changes) {
      await table.write(change);
      await expect(table.write(change)).rejects.toThrow(RowConflict);
    }
    const put: Change = { kind: "put", row: { partitionKey, rowKey: "put", value: 2 } };
    for (const _time of [1, 2]) await table.write(put);

    const { etag: next } = await found(partitionKey, "old");
    const together: Change[] = [
      { kind: "replace", row: { partitionKey, rowKey: "old", value: 3 }, ifMatch: next },
      { kind: "put", row: { partitionKey, rowKey: "put", value: 3 } },
    ];
    await table.transact(together);
    await table.write(put);
    await expect(table.transact(together)).rejects.toThrow(RowConflict);
    expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual(["new", "old", "put"]);
    expect(await found(partitionKey, "old")).toMatchObject({ value: 3 });
    expect(await found(partitionKey, "put")).toMatchObject({ value: 2 });
  });
};
