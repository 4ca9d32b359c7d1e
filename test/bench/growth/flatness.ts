import { median } from "../statistics.ts";
import { collectGarbage } from "../delivery/garbage.ts";
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

/** Rounds that are not counted: the first calls of everything, before it is compiled. */
const warmUps = 2;

type Wish = { readonly rounds: number; readonly lives: number; readonly stop: AbortSignal };

/** Has each world its turn in each round, each first at times; then counts what one life asks of the tables. */
export const measured = async (worlds: readonly World[], wish: Wish): Promise<readonly SizeFigures[]> => {
  const figures = worlds.map(({ size }) => ({ size, rounds: [] as Costs[] }));
  for (let round = -warmUps; round < wish.rounds; round += 1) {
    for (let turn = 0; turn < worlds.length; turn += 1) {
      const at = (turn + round + warmUps) % worlds.length;
      const [world, of] = [worlds[at], figures[at]];
      if (!world || !of) continue;
      const costs = await timed(world, wish);
      if (round >= 0) of.rounds.push(costs);
    }
  }
  return Promise.all(
    figures.map(async (figure, index) => ({ ...figure, asked: await counted(worlds[index], wish.lives) })),
  );
};

const timed = async (world: World, { lives, stop }: Wish): Promise<Costs> => {
  const sums = ofEach(() => 0);
  const around: Around = async (step, work) => {
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    sums[step] += user + system;
    return result;
  };
  collectGarbage(); // of what was done before, for somebody else
  for (let life = 0; life < lives; life += 1) {
    stop.throwIfAborted();
    await liveOnce(world.service, world.next(), around);
  }
  return ofEach((step) => sums[step] / lives);
};

const counted = async (world: World | undefined, lives: number): Promise<StepAsked> => {
  const sums = ofEach((): Asked => ({ requests: 0, rows: 0, bytes: 0 }));
  if (!world) return sums;
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
