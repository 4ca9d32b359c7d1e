import { memoryTable } from "../../support/memory-table.ts";
import { tableContract } from "./table-contract.ts";

tableContract("The table in memory", memoryTable);
