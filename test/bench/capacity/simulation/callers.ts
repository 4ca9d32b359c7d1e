import type { Random } from "../../../simulation/random.ts";
import type { Values } from "../inputs/inputs.ts";
import type { Scenario } from "../scenario.ts";
import { allowance } from "./allowance.ts";
import { binomial, poisson, wholeOf } from "./chance.ts";
import { stepSeconds, stepsOf } from "./clock.ts";
import { later } from "./later.ts";

/** When the burst begins: by then the steady rate has settled. */
export const burstAtSecond = 60;

/** What of them is open to new POSTs, and why not. */
type Doors = { readonly isBacklog: boolean; readonly shutShare: number };

/** Those who POST: steadily, a burst, and all who were refused and come again. Nobody gives up. */
export const callers = ({ perSecond, burst }: Scenario, use: Values, random: Random) => {
  const again = later<number>();
  const minute = allowance(use.appWrites, 60);
  // Whoever was refused stands in line at home: all of them together bring no more than twice the steady rate, or the burst's on top.
  const mostAStep = (perSecond + Math.max(perSecond, burst / use.burstSeconds, 1)) * stepSeconds;
  let inLine = 0;
  let burstLeft = burst;
  let outside = 0;
  let refused = 0;

  const comeAgain = (step: number, count: number): void => {
    if (count <= 0) return;
    refused += count;
    outside += count;
    const parts = Math.min(count, 8);
    for (let part = 0; part < parts; part += 1) {
      const share = Math.floor(count / parts) + (part < count % parts ? 1 : 0);
      again.add(step + stepsOf(use.comeAgainSeconds * (1 + random.next())), share);
    }
  };
  const newcomers = (step: number, isSteady: boolean): number => {
    const steady = isSteady ? poisson(random, perSecond * stepSeconds) : 0;
    if (step < stepsOf(burstAtSecond)) return steady;
    const ofBurst = Math.min(burstLeft, wholeOf(random, (burst / use.burstSeconds) * stepSeconds));
    burstLeft -= ofBurst;
    return steady + ofBurst;
  };

  return {
    /** Those who POST in this step and are let in; the others come again. */
    enter: (step: number, isSteady: boolean, { isBacklog, shutShare }: Doors): number => {
      inLine += again.due(step).reduce((sum, count) => sum + count, 0);
      const fresh = newcomers(step, isSteady);
      const back = Math.min(inLine, Math.max(0, wholeOf(random, mostAStep) - fresh));
      inLine -= back;
      outside -= back;
      const all = fresh + back;
      const shutOut = isBacklog ? all : binomial(random, all, shutShare);
      const permitted = minute.take(step, all - shutOut);
      comeAgain(step, all - permitted);
      return permitted;
    },
    comeAgain,
    /** Whether nobody of the burst is outside any more. */
    areIn: (): boolean => burstLeft === 0 && outside === 0,
    refused: (): number => refused,
  };
};
