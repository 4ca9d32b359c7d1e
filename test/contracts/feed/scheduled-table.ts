import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";
import type fc from "fast-check";
import { vi } from "vitest";
import type { StoredRow, Table } from "../../../shared/storage/table.ts";

/** The table with every request held until the scheduler lets it through: fast-check says who comes first, and can say it again. */
export const scheduledTable = (table: Table, scheduler: fc.Scheduler): Table => {
  const turn = (request: string): Promise<string> => scheduler.schedule(Promise.resolve(request));
  return {
    ...table,
    find: async (...where) => {
      await turn("find");
      return table.find(...where);
    },
    transact: async (changes) => {
      await turn("transact");
      await table.transact(changes);
    },
    range: async function* (...where): AsyncIterable<StoredRow> {
      await turn("range");
      yield* table.range(...where);
    },
  };
};

/** Who lost a race waits a turn from now on, not real milliseconds: the scheduler says who comes first. */
export const pausesAreTurns = (): void => {
  vi.spyOn(timers, "setTimeout").mockImplementation(() => new Promise((resolve) => setImmediate(resolve)));
  syncBuiltinESMExports();
};

/** Ends that. */
export const pausesTakeTime = (): void => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
};
