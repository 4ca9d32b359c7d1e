import { afterAll, beforeAll } from "vitest";
import type { Once } from "../../../shared/feed/feed.ts";
import { feedWrites } from "../../../shared/feed/feed-writes.table.ts";
import { feedReads } from "../../../shared/feed/feed-reads.table.ts";
import { Problem } from "../../../shared/problem.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { handClock, limits as usual } from "./samples.ts";

export let azurite: TablesUnderTest;

/** Gives the calling file its tables. */
export const feedWritesUnderTest = (): void => {
  beforeAll(async () => {
    azurite = await startTablesUnderTest();
  });
  afterAll(() => azurite.stop());
};

/** The feed as one instance of the service sees it; `requests` counts what it asks of its table. */
export const instanceOn = ({ feeds = azurite.tables.feeds, clock = handClock(), limits = usual } = {}) => {
  const counted = { requests: 0 };
  const counting: Table = {
    ...feeds,
    find: (...keys) => ((counted.requests += 1), feeds.find(...keys)),
    transact: (changes) => ((counted.requests += 1), feeds.transact(changes)),
  };
  const use = { feeds: counting, clock, limits };
  const hints = tableExpiryHints(azurite.tables.expiries);
  return { clock, counted, ...feedReads(use), ...feedWrites({ ...use, hints }) };
};

/** A table that makes the first transaction and then fails all the same. */
export const losesFirstAnswer = (error: Error): Table => {
  const { feeds } = azurite.tables;
  let isLost = false;
  return {
    ...feeds,
    transact: async (changes) => {
      await feeds.transact(changes);
      if (isLost) return;
      isLost = true;
      throw error;
    },
  };
};

export const newOnce = (body = "body"): Once => ({ key: crypto.randomUUID(), body });
export const problemOf = async (promise: Promise<unknown>): Promise<Problem> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Problem) return error;
  throw new Error("That was no problem.", { cause: error });
};
