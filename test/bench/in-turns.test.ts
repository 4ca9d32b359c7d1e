import fc from "fast-check";
import { expect, test } from "vitest";
import { inTurns } from "./in-turns.ts";

type Taken = { readonly side: number; readonly round: number; readonly amount: number };

const taken = async (amounts: readonly number[], rounds: number): Promise<Taken[]> => {
  const all: Taken[] = [];
  await inTurns(
    amounts.map((_, side) => side),
    {
      rounds,
      amountOf: (side) => amounts[side]!,
      take: (side, turn) => Promise.resolve(void all.push({ side, ...turn })),
    },
  );
  return all;
};

test("in each round each side does all its work, and two rounds come before those that are counted", async () => {
  const amounts = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(amounts, fc.integer({ min: 1, max: 4 }), async (each, rounds) => {
      const all = await taken(each, rounds);
      for (let round = -2; round < rounds; round += 1) {
        const sums = each.map((_, side) =>
          all.reduce((sum, one) => sum + (one.round === round && one.side === side ? one.amount : 0), 0),
        );
        expect(sums).toEqual(each);
      }
      expect(new Set(all.map(({ round }) => round)).size).toBe(rounds + 2);
    }),
  );
});

test("no side has a turn before all others had theirs, and each is first at times", async () => {
  const all = await taken([80, 80, 80], 1);
  const turns = Array.from({ length: all.length / 3 }, (_, index) => all.slice(3 * index, 3 * index + 3));
  for (const turn of turns) expect(turn.map(({ side }) => side).sort()).toEqual([0, 1, 2]);
  expect(new Set(turns.map(([first]) => first?.side))).toEqual(new Set([0, 1, 2]));
});

test("who waits for the end of a round hears of those that are counted only, after their last turn", async () => {
  const heard: string[] = [];
  await inTurns(["one"], {
    rounds: 2,
    amountOf: () => 1,
    take: (_, { round }) => Promise.resolve(void heard.push(`turn of ${round}`)),
    ended: (round) => void heard.push(`end of ${round}`),
  });
  expect(heard).toEqual(["turn of -2", "turn of -1", "turn of 0", "end of 0", "turn of 1", "end of 1"]);
});
