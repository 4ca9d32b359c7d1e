import { expect, test } from "vitest";
import type { Row, Table } from "../../../shared/storage/table.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { tableContract } from "./table-contract.ts";

tableContract("The table in memory", memoryTable);
tableContract("The table in memory, in a simulation's turns", () => memoryTable({ turn: () => Promise.resolve() }));

const key = { partitionKey: "p", rowKey: "r" };

test("what whoever wrote or read a row does with it afterwards changes nothing", async () => {
  const table = memoryTable();
  const written = { ...key, at: new Date(1) };
  await table.write({ kind: "put", row: written });
  written.at.setTime(2);
  const read = async (): Promise<unknown> => (await table.find("p", "r"))?.at;
  const at = await read();
  if (at instanceof Date) at.setTime(3);
  for await (const row of table.range("p", "", "~")) if (row.at instanceof Date) row.at.setTime(4);
  expect(await read()).toEqual(new Date(1));
});

// Azurite (3.35) lets these pass, Azure does not.
test.each<[string, Readonly<Record<string, number | string | Date>>]>([
  ["a whole number of more than 32 bits", { at: 2 ** 31 }],
  ["no number", { at: NaN }],
  ["no date", { at: new Date(NaN) }],
  ["more than 252 properties", Object.fromEntries(Array.from({ length: 253 }, (_, index) => [`p${index}`, index]))],
])("%s is refused as the bug it is", async (_, values) => {
  const table: Table = memoryTable();
  const row: Row = { ...values, ...key };
  await expect(table.write({ kind: "put", row })).rejects.toThrow(/^A (value|row) /);
  await expect(table.transact([{ kind: "put", row }])).rejects.toThrow(/^A (value|row) /);
  expect(await table.find("p", "r")).toBeUndefined();
});
