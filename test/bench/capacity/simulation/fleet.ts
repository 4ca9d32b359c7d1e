import type { Random } from "../../../simulation/random.ts";
import type { Values } from "../inputs/inputs.ts";
import { runsInHandPerSecond } from "../bounds.ts";
import type { Scenario } from "../scenario.ts";
import { wholeOf } from "./chance.ts";
import { stepSeconds, stepsOf } from "./clock.ts";
import { later } from "./later.ts";

type Instance = {
  readonly startsAt: number;
  /** Told to wait by the bus, its receiver sleeps until this step. */
  asleepUntil: number;
  /** Messages in hand that wait for a slow push service. */
  held: number;
};

/** What one instance would receive in this step. */
export type Want = { readonly instance: Instance; readonly count: number };

/** The instances that deliver: they come and go by target-based scaling, and each takes what hands and CPU allow. */
export const fleet = ({ devices, instancesMost }: Scenario, use: Values, random: Random) => {
  const instances: Instance[] = [];
  const letGo = later<{ instance: Instance; count: number }>();
  const quickAStep = runsInHandPerSecond(devices, use) * stepSeconds;
  let nextAt = 0;
  let idleSince = 0;
  const add = (startsAt: number): void => void instances.push({ startsAt, asleepUntil: 0, held: 0 });
  for (let one = 0; one < Math.min(use.deliverReady, instancesMost); one += 1) add(0);

  return {
    count: (): number => instances.length,
    held: (): number => instances.reduce((sum, { held }) => sum + held, 0),
    /** The scale controller's look: `active` messages wait or are in hand, and others' instances count as ours do. */
    scale: (step: number, active: number, othersInstances: number): void => {
      const most = Math.max(1, instancesMost - othersInstances);
      const target = Math.min(most, Math.max(use.deliverReady, Math.ceil(active / use.scaleTarget)));
      if (target >= instances.length) idleSince = step;
      if (target > instances.length && step >= nextAt) {
        const more = Math.min(use.scaleStep, target - instances.length);
        for (let one = 0; one < more; one += 1) add(step + stepsOf(use.startSeconds));
        nextAt = step + stepsOf(use.scaleSeconds);
      }
      if (step - idleSince < stepsOf(use.idleSeconds)) return;
      instances.length = target;
      idleSince = step;
    },
    /** What all of them would receive now, if each message has so many devices. */
    wants: (step: number, devicesOfEach: number): readonly Want[] => {
      for (const { instance, count } of letGo.due(step)) instance.held -= count;
      const byCpu = (use.instancePerSecond * stepSeconds) / devicesOfEach;
      return instances.flatMap((instance) => {
        if (instance.startsAt > step || instance.asleepUntil > step) return [];
        const byHands = quickAStep * Math.max(0, 1 - instance.held / use.callsAtOnce);
        const count = wholeOf(random, Math.min(byCpu, byHands));
        return count > 0 ? [{ instance, count }] : [];
      });
    },
    /** Of them, so many wait for a slow push service until that step; the governor lets it have a quarter of the hands. */
    hold: (instance: Instance, wanted: number, until: number): void => {
      const count = Math.min(wanted, use.callsAtOnce / 4 - instance.held);
      if (count <= 0) return;
      instance.held += count;
      letGo.add(until, { instance, count });
    },
    /** The bus told its receiver to wait. All its calls share one receiver, and so one sleep. */
    sleep: (step: number, instance: Instance): void => {
      instance.asleepUntil = step + stepsOf(use.receiverSleepSeconds + random.next());
    },
  };
};
