import { describe } from "vitest";
import type { Table } from "../../../shared/storage/table.ts";
import { raceCases } from "./races.cases.ts";
import { rangeCases } from "./ranges.cases.ts";
import { rowCases } from "./rows.cases.ts";
import { oneTable } from "./table-under-test.ts";
import { transactionCases } from "./transactions.cases.ts";

/** What whoever implements the port `Table` promises. `makeTable` gives a table, empty or not; the suite keeps to partitions of its own. */
export const tableContract = (name: string, makeTable: () => Promise<Table> | Table): void => {
  describe(`${name} as a Table`, () => {
    oneTable(makeTable);
    rowCases();
    raceCases();
    transactionCases();
    rangeCases();
  });
};
