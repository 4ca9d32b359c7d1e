import type { Random } from "../../../simulation/random.ts";
import type { Values } from "../inputs/inputs.ts";
import { stepsOf } from "./clock.ts";
import { later } from "./later.ts";
import type { Messages } from "./waiting.ts";

/** Messages on their way into the queue. */
export type Sending = {
  /** To be received in the step `since`, or now if that is over. */
  readonly messages: Messages;
  readonly tries: number;
  /** Of a POST somebody waits for the answer, and is told of a failure. */
  readonly isPost: boolean;
};

/** Our sends: each is tried three times, a quarter of a second apart. */
export const sends = (use: Values) => {
  const onTheWay = later<Sending>();
  return {
    add: (step: number, sending: Omit<Sending, "tries">): void => onTheWay.add(step, { ...sending, tries: 1 }),
    due: (step: number): readonly Sending[] => onTheWay.due(step),
    /** Refused: true if it is tried once more. */
    again: (step: number, sending: Sending): boolean => {
      if (sending.tries >= use.sendTries) return false;
      onTheWay.add(step + stepsOf(use.sendPauseSeconds), { ...sending, tries: sending.tries + 1 });
      return true;
    },
    isEmpty: (): boolean => onTheWay.isEmpty(),
  };
};

/** Of the instances that take POSTs, those that let nobody in for a while because a send failed for good there. */
export const doors = (use: Values, random: Random) => {
  let shutUntil: number[] = [];
  return {
    shutShare: (step: number, instances: number): number => {
      shutUntil = Array.from({ length: instances }, (_, at) => shutUntil[at] ?? 0);
      return shutUntil.filter((until) => until > step).length / instances;
    },
    /** Whoever is told last decides: what goes through opens, also a send that was under way when another failed; what fails shuts. */
    told: (step: number, failed: number, sent: number): void => {
      if (failed + sent === 0) return;
      for (const at of shutUntil.keys()) {
        shutUntil[at] = random.chance(failed / (failed + sent)) ? step + stepsOf(use.shutSeconds) : 0;
      }
    },
  };
};
