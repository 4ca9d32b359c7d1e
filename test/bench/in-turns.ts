/** Rounds that are not counted: the first calls of everything, before it is compiled. */
export const warmUps = 2;
/** Of each side in each round. */
const turnsMost = 8;

/** A turn that is to be taken: in which round, from 0 on, below 0 in one that is not counted; and how much of the round's work is to be done. */
type Turn = { readonly round: number; readonly amount: number };

type Work<Side> = {
  readonly rounds: number;
  /**
   * Done before each round, such as collecting garbage; not before each turn: a run that did so made 2.22 of the 2.51 of one that did not, perhaps
   * because a whole collection takes from V8 part of what it has learnt.
   */
  readonly before?: () => void;
  readonly amountOf: (side: Side) => number;
  readonly take: (side: Side, turn: Turn) => Promise<void>;
  /** Told of each round that is counted, when all had their turns in it. */
  readonly ended?: (round: number) => void;
};

/**
 * Has each side do `amount` in each round, in as many turns as that can be divided into, up to eight: no side has the next before all had one (or have
 * no more), and each follows each at times, for it may pay for garbage of the one before.
 * Turns are short, for a machine that others share is slow for seconds: then it is so for all sides, and their ratio says nothing of it.
 */
export const inTurns = async <Side>(sides: readonly Side[], work: Work<Side>): Promise<void> => {
  const { rounds, before = nothing, amountOf, take, ended = nothing } = work;
  for (let round = -warmUps; round < rounds; round += 1) {
    before();
    for (let turn = 0; turn < turnsMost; turn += 1) {
      const order = sides.map((_, place) => sides[(place + turn + round + warmUps) % sides.length] as Side);
      for (const side of turn % 2 === 0 ? order : order.reverse()) {
        const amount = partOf(amountOf(side), turn);
        if (amount > 0) await take(side, { round, amount });
      }
    }
    if (round >= 0) ended(round);
  }
};

const nothing = (): void => undefined;

/** What falls to one of the turns; those of a round are the whole. */
const partOf = (amount: number, turn: number): number =>
  Math.floor(((turn + 1) * amount) / turnsMost) - Math.floor((turn * amount) / turnsMost);
