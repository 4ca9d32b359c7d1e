import { median } from "../statistics.ts";
import { collectGarbage, collectYoung } from "../garbage.ts";
import { inTurns } from "../in-turns.ts";
import { liveOnce, steps, type Around, type Step } from "./life.ts";
import type { Asked } from "./metered-table.ts";
import type { World } from "./worlds.ts";

/** Per step, of one life. */
type Costs = Readonly<Record<Step, number>>;
type StepAsked = Readonly<Record<Step, Asked>>;

/** Of one size: CPU microseconds in each round, and what is asked of the tables. */
export type SizeFigures = { readonly size: number; readonly rounds: readonly Costs[]; readonly asked: StepAsked };

const stepNames = Object.keys(steps) as readonly Step[];
const ofLife = stepNames.filter((step) => step !== "bare");
const ofEach = <T>(make: (step: Step) => T): Record<Step, T> =>
  Object.fromEntries(stepNames.map((step) => [step, make(step)])) as Record<Step, T>;

type Wish = { readonly rounds: number; readonly lives: number; readonly stop: AbortSignal };

/** Has each world its turns in each round; then counts what one life asks of the tables. */
export const measured = async (
  worlds: readonly World[],
  { rounds, lives, stop }: Wish,
): Promise<readonly SizeFigures[]> => {
  const sums = new Map(worlds.map((world) => [world, Array.from({ length: rounds }, () => ofEach(() => 0))]));
  await inTurns(worlds, {
    rounds,
    before: collectGarbage,
    amountOf: () => lives,
    take: (world, { round, amount }) => lived(world, { lives: amount, into: sums.get(world)?.[round], stop }),
  });
  const figures: SizeFigures[] = [];
  for (const [world, ofRounds] of sums) {
    const costs = ofRounds.map((sum) => ofEach((step) => sum[step] / lives));
    figures.push({ size: world.size, rounds: costs, asked: await counted(world, lives) });
  }
  return figures;
};

type Lives = { readonly lives: number; readonly into: Record<Step, number> | undefined; readonly stop: AbortSignal };

/** So many lives, one after another, and the CPU microseconds of each step. */
const lived = async (world: World, { lives, into, stop }: Lives): Promise<void> => {
  const around: Around = async (step, work) => {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    if (into) into[step] += user + system;
    return result;
  };
  collectYoung(); // of what was done before, for somebody else
  for (let life = 0; life < lives; life += 1) {
    stop.throwIfAborted();
    await liveOnce(world.service, world.next(), around);
  }
};

const counted = async (world: World, lives: number): Promise<StepAsked> => {
  const sums = ofEach((): Asked => ({ requests: 0, rows: 0, bytes: 0 }));
  const { meter } = world.service;
  const around: Around = async (step, work) => {
    meter.asked = sums[step];
    meter.isOn = true;
    return work().finally(() => (meter.isOn = false));
  };
  for (let life = 0; life < lives; life += 1) await liveOnce(world.service, world.next(), around);
  return ofEach((step) => {
    const { requests, rows, bytes } = sums[step];
    return { requests: requests / lives, rows: rows / lives, bytes: bytes / lives };
  });
};

const flatMost = 1.15;

/**
 * The largest by the smallest: of each step and of the whole life, in each round; and what is asked of the tables. Where the tables themselves
 * grow dearer with their size (`isBeside`), what counts is how the life grew beside bare reads of the same tables.
 */
export const flatnessOf = (sizes: readonly SizeFigures[], isBeside: boolean) => {
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  if (!smallest || !largest) throw new Error("There are no sizes.");
  const whole = (costs: Costs): number => ofLife.reduce((sum, step) => sum + costs[step], 0);
  const ratiosBy = (cost: (costs: Costs) => number): readonly number[] =>
    largest.rounds.map((costs, round) => cost(costs) / cost(smallest.rounds[round] ?? costs));
  const mediansBy = (cost: (costs: Costs) => number): readonly number[] =>
    sizes.map(({ rounds }) => median(rounds.map(cost)));
  const requestsOf = ({ asked }: SizeFigures): number => ofLife.reduce((sum, step) => sum + asked[step].requests, 0);
  const ratios = ratiosBy(whole);
  const besideBare = ratiosBy((costs) => whole(costs) / costs.bare);
  const requestsRatio = requestsOf(largest) / requestsOf(smallest);
  return {
    sizes: sizes.map(({ size }) => size),
    steps: stepNames.map((step) => ({
      step,
      medians: mediansBy((costs) => costs[step]),
      ratios: ratiosBy((costs) => costs[step]),
      asked: sizes.map(({ asked }) => asked[step]),
    })),
    whole: { medians: mediansBy(whole), ratios, besideBare },
    isBeside,
    requests: { ofEach: sizes.map(requestsOf), ratio: requestsRatio },
    isMet: median(isBeside ? besideBare : ratios) <= flatMost && requestsRatio <= flatMost,
  };
};
export type Flatness = ReturnType<typeof flatnessOf>;
