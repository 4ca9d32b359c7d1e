import type { Random } from "../../../simulation/random.ts";
import { busOperationsPerSecond } from "../bounds.ts";
import type { Values } from "../inputs/inputs.ts";
import { allowance } from "./allowance.ts";
import { wholeOf } from "./chance.ts";
import type { Want } from "./fleet.ts";
import { later } from "./later.ts";
import type { Measured } from "./measuring.ts";
import { sends, type Sending } from "./sends.ts";
import type { Plot } from "./simulate.ts";
import { partOf, waiting, type Messages } from "./waiting.ts";

/** What went over the bus in a step. */
export type Exchange = {
  readonly received: readonly Messages[];
  /** Those who wanted more than they got, for the bus had no more credits. */
  readonly throttled: readonly Want[];
  /** POSTs whose message went through, and those whose last try was refused. */
  readonly sentPosts: number;
  readonly failedPosts: number;
};

/** The namespace: a queue, and credits for which sends and receives compete as they come. */
export const bus = ({ scenario }: Plot, use: Values, random: Random, measured: Measured) => {
  const credits = allowance(busOperationsPerSecond(scenario, use));
  const queue = waiting();
  const scheduled = later<Messages>();
  const sending = sends(use);
  let inTheAir = 0;

  const arrive = (step: number, messages: Messages): void => {
    if (messages.count === 0) return;
    if (messages.since > step) scheduled.add(messages.since, messages);
    else queue.add({ ...messages, since: step });
  };
  /** Of this send, the part that is granted goes through, and the other is tried again, if it may. Resolves POSTs to what their callers are told. */
  const send = (step: number, one: Sending, part: number) => {
    const granted = credits.take(step, Math.min(one.messages.count, wholeOf(random, one.messages.count * part)));
    const through = partOf(one.messages, granted);
    const left = { ...one.messages, count: one.messages.count - granted, pushes: one.messages.pushes - through.pushes };
    arrive(step, through);
    inTheAir -= granted;
    measured.refused("sends", left.count);
    const isOver = left.count > 0 && !sending.again(step, { ...one, messages: left });
    // A run whose send fails is thrown back, and its message comes again at once: as if the send began anew.
    if (isOver && !one.isPost) sending.add(step + 1, { ...one, messages: left });
    if (isOver && one.isPost) inTheAir -= left.count;
    return one.isPost ? { sent: granted, failed: isOver ? left.count : 0 } : { sent: 0, failed: 0 };
  };

  return {
    queue,
    arrive,
    isEmpty: (): boolean => queue.total() === 0 && inTheAir === 0 && scheduled.isEmpty(),
    /** Credits for somebody who looks at the queue's length. */
    look: (step: number, count: number): void => void credits.take(step, count),
    send: (step: number, messages: Messages, isPost: boolean): void => {
      if (messages.count === 0) return;
      inTheAir += messages.count;
      sending.add(step, { messages, isPost });
    },
    exchange: (step: number, wants: readonly Want[]): Exchange => {
      for (const messages of scheduled.due(step)) queue.add(messages);
      const toSend = sending.due(step);
      const sendCount = toSend.reduce((sum, { messages }) => sum + messages.count, 0);
      const wanted = Math.min(
        queue.total(),
        wants.reduce((sum, { count }) => sum + count, 0),
      );
      const part = Math.min(1, credits.left(step) / Math.max(1, sendCount + wanted));
      const posts = toSend.map((one) => send(step, one, part));
      const granted = Math.floor(credits.take(step, part < 1 ? wholeOf(random, wanted * part) : wanted));
      measured.refused("receives", wanted - granted);
      return {
        received: queue.take(granted),
        throttled: granted < wanted ? wants : [],
        sentPosts: posts.reduce((sum, { sent }) => sum + sent, 0),
        failedPosts: posts.reduce((sum, { failed }) => sum + failed, 0),
      };
    },
  };
};
