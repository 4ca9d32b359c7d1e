import fc from "fast-check";
import { expect, test } from "vitest";
import type { Notification } from "../../../shared/notification/notification.ts";
import { RowConflict, type Table } from "../../../shared/storage/table.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { checkRows, checkVersions } from "./check-rows.ts";
import { feedUnderTest, steps, type Step } from "./steps.ts";

const isLong = (step: Step): boolean => step.kind === "wait" && step.ms > 1_000;

test("whatever is written in whatever order: versions have no gaps, the log and the aliases are exact, deleted content is nowhere", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (taken) => {
      const { table, take, told, deletedContent } = feedUnderTest();
      for (const step of taken) {
        await take(step);
        await checkRows(table, deletedContent);
      }
      await checkVersions(table, told);
    }),
    { numRuns: 150 },
  );
});

test("the same is true of writers who meet", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(steps, { maxLength: 4 }), { maxLength: 4 }), async (rounds) => {
      const { table, take, told } = feedUnderTest();
      for (const round of rounds) {
        // Time passes between them, too, but not as much as makes one of them give up.
        const [long, others] = [round.filter(isLong), round.filter((step) => !isLong(step))];
        await Promise.all(others.map(take));
        for (const step of long) await take(step);
        await checkRows(table, []);
      }
      await checkVersions(table, told);
    }),
    { numRuns: 40 },
  );
});

test("a writer whose answers are lost is told the same as one who hears them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 8 }), async (taken) => {
      const memory = memoryTable();
      const deaf: Table = {
        ...memory,
        transact: async (changes) => {
          await memory.transact(changes);
          throw new RowConflict("The request was sent again, and met what it had done itself.");
        },
      };
      const [lost, heard] = [feedUnderTest(deaf), feedUnderTest()];
      for (const step of taken) {
        await lost.take(step);
        await heard.take(step);
      }
      const plain = ({ id: _, epoch: __, ...rest }: Notification) => rest;
      expect(lost.told.map(plain)).toEqual(heard.told.map(plain));
      await checkVersions(memory, lost.told);
    }),
    { numRuns: 25 },
  );
});
