import type { Random } from "../../../simulation/random.ts";
import { looksPerSecond } from "../bounds.ts";
import type { Values } from "../inputs/inputs.ts";
import { allowance } from "./allowance.ts";
import { bus } from "./bus.ts";
import type { callers } from "./callers.ts";
import { binomial } from "./chance.ts";
import { stepSeconds, stepsOf, stepsPerSecond } from "./clock.ts";
import { fleet, type Want } from "./fleet.ts";
import type { Measured } from "./measuring.ts";
import { run } from "./runs.ts";
import { doors } from "./sends.ts";
import type { Plot } from "./simulate.ts";
import { partOf, type Messages } from "./waiting.ts";

type Uses = {
  readonly use: Values;
  readonly random: Random;
  readonly callers: ReturnType<typeof callers>;
  readonly measured: Measured;
};

/** All of it together; each call is one step. Idle: nothing waits, nothing is on its way, and nothing is in hand. */
export const world = (plot: Plot, { use, random, callers, measured }: Uses) => {
  const { scenario, troubles = [], receives, backlog = 0 } = plot;
  const { users, devices, sku } = scenario;
  const namespace = bus(plot, use, random, measured);
  const tables = allowance(Math.min(use.accountPerSecond, users * use.partitionPerSecond));
  const fcm = allowance(use.fcmPerSecond * 60, 60);
  const workers = fleet(scenario, use, random);
  const entrance = doors(use, random);
  const { queue } = namespace;
  let isBacklog = false;
  let postsASecond = 0;
  const waitingAt = (step: number, count: number): Messages => ({
    count,
    pushes: count * devices,
    acceptedAt: step,
    since: step,
    attempts: 0,
  });
  namespace.arrive(0, waitingAt(0, backlog));

  const look = (step: number): void => {
    const isAsked = postsASecond > 0.01;
    const instances = isAsked ? Math.ceil(postsASecond / use.instancePerSecond) : 0;
    if (sku === "standard" && step % stepsPerSecond === 0) namespace.look(step, looksPerSecond(instances, use));
    if (step % stepsOf(use.lookSeconds) === 0) isBacklog = queue.total() > use.backlogLimit;
    if (step % stepsOf(use.monitorSeconds) === 0) workers.scale(step, queue.total() + workers.held(), instances);
  };
  const post = (step: number, isSteady: boolean): void => {
    const instances = Math.max(1, Math.ceil(postsASecond / use.instancePerSecond));
    const entered = callers.enter(step, isSteady, { isBacklog, shutShare: entrance.shutShare(step, instances) });
    const stored = Math.floor(tables.take(step, entered * use.tablesOfPost) / use.tablesOfPost);
    measured.refused("tables", entered - stored);
    callers.comeAgain(step, entered - stored);
    postsASecond += (stored / stepSeconds - postsASecond) * 0.02;
    namespace.send(step, waitingAt(step, stored), true);
  };
  const deliver = (step: number, received: readonly Messages[], wants: readonly Want[]): void => {
    for (const messages of received) {
      const reached = Math.floor(tables.take(step, messages.count * use.tablesOfRun) / use.tablesOfRun);
      const ready = partOf(messages, reached);
      const away = { ...messages, count: messages.count - reached, pushes: messages.pushes - ready.pushes };
      measured.refused("tables", away.count);
      namespace.send(step + 1, { ...away, since: step + stepsOf(use.putOffSeconds) }, false);
      // What is tried again without another's trouble was refused by FCM.
      const ofFcm = ready.pushes * (ready.attempts > 0 && troubles.length === 0 ? 1 : use.fcmShare);
      const allowed = ofFcm === 0 ? 1 : fcm.take(step, ofFcm) / ofFcm;
      const { delivered, held, retries } = run(ready, step, { troubles, allowed, use, random });
      measured.ran(step, ready, delivered);
      measured.refused("pushes", ready.pushes - delivered);
      for (const retry of retries) namespace.send(step + 1, retry, false);
      measured.retried(retries.reduce((sum, { count }) => sum + count, 0));
      holdSlow(step, held, wants);
    }
  };
  const holdSlow = (step: number, held: number, wants: readonly Want[]): void => {
    let left = held;
    let wanted = wants.reduce((sum, { count }) => sum + count, 0);
    for (const { instance, count } of wants) {
      const its = binomial(random, left, count / wanted);
      workers.hold(instance, its, step + stepsOf(use.slowPushSeconds));
      left -= its;
      wanted -= count;
    }
  };

  return (step: number, isSteady: boolean): { readonly isIdle: boolean } => {
    look(step);
    post(step, isSteady);
    const wants = workers.wants(step, devices);
    const { received, throttled, sentPosts, failedPosts } = namespace.exchange(step, wants);
    if (receives === "refused") for (const { instance } of throttled) workers.sleep(step, instance);
    entrance.told(step, failedPosts, sentPosts);
    callers.comeAgain(step, failedPosts);
    measured.accepted(sentPosts);
    deliver(step, received, wants);
    measured.step(step, queue.total(), workers.count());
    return { isIdle: namespace.isEmpty() && workers.held() === 0 };
  };
};
