import { setMaxListeners } from "node:events";
import type { LocalStack } from "../support/stack.ts";
import { deviceFaultsOf, spellsOf } from "./bad-days.ts";
import { callers, type Answers } from "./callers.ts";
import { drained, isWell, queueOf, type Left } from "./drain.ts";
import { fleet } from "./fleet.ts";
import { killer } from "./killer.ts";
import type { Observed } from "./observed.ts";
import { pause } from "./pause.ts";
import type { Spell } from "./schedule/bad-days.ts";
import type { KilledPart } from "./schedule/kills.ts";
import type { Schedule } from "./schedule/schedule.ts";
import { watch } from "./watch.ts";
import { firstSignal } from "../../shared/first-signal.ts";

type Wish = {
  readonly schedule: Schedule;
  readonly seconds: number;
  readonly say: (line: string) => void;
  readonly stop: AbortSignal;
};

/** All that happened, for the verdict and the report. */
export type Storm = {
  readonly observed: Observed;
  readonly answers: Answers;
  readonly kills: Readonly<Record<KilledPart, number>>;
  /** What the apps did about their channels, and how often. */
  readonly channelEvents: Readonly<Record<string, number>>;
  /** What is left of the queue; undefined when the bus did not say so any more. */
  readonly left: Left | undefined;
  /** Whether the stack was ready again after it. */
  readonly isWell: boolean;
  readonly drainedAfterMs: number;
};

const progressEveryMs = 5_000;
/** How long the parts may take to be back, callers to be taken, and the queue to be empty. What was in a dead host's hands is told once more half a minute later. */
const [backWithinMs, takenWithinMs, drainedWithinMs] = [60_000, 60_000, 120_000];

/** Two minutes, or so, of load and faults of all kinds; then peace, until all is delivered. */
export const storm = async (stack: LocalStack, { schedule, seconds, say, stop }: Wish): Promise<Storm> => {
  const calming = new AbortController();
  const ending = new AbortController();
  const calm = firstSignal([calming.signal, stop]);
  const end = firstSignal([ending.signal, stop]);
  setMaxListeners(0, calm, end); // everybody who waits for something listens, too
  const seen = watch(stack.push, end);
  const apps = fleet({ stack, devices: schedule.devices, toldGone: seen.toldGone, calm, stop: end });
  const servers = callers({ stack, unsidOf: apps.unsidOf, calm, stop: end });
  const kills = { "functions-host": 0, "service-bus": 0 };
  let mood = "works";

  await apps.start();
  say(`stack ready in ${(stack.readyMs / 1_000).toFixed(1)} s, ${apps.registrations.length} devices subscribed`);
  const startedAt = Date.now();
  const progress = setInterval(() => {
    const { accepted, open, refused, broken } = servers.answers;
    const received = seen.arrivals.filter(({ mark }) => mark).length;
    const killed = `${kills["functions-host"]}+${kills["service-bus"]} kills`;
    const after = `${Math.round((Date.now() - startedAt) / 1_000)} s`.padStart(5);
    say(
      `${after}  ${accepted.length} accepted, ${open} open, ${refused} refused, ${broken} broken; ${received} received; ${killed}; push service ${mood}`,
    );
  }, progressEveryMs);

  try {
    const going = Promise.all([servers.run(schedule.posts, startedAt), apps.run(schedule.channelEvents, startedAt)]);
    const watching = seen.run();
    for (const begun of [going, watching]) begun.catch(() => undefined); // awaited later, or never if another fails first
    const onSpell = ({ kind }: Spell): unknown => (mood = kind ?? "works");
    const bad = { push: stack.push, calm, deviceIdOf: apps.deviceId, onSpell };
    const onKill = (part: KilledPart): void => void (kills[part] += 1);
    await Promise.all([
      pause(seconds * 1_000, end).then(() => calming.abort()),
      killer({ stack, calm, onKill }, schedule.kills),
      spellsOf(bad, schedule.spells),
      deviceFaultsOf(bad, schedule.deviceFaults, startedAt),
    ]);
    await stack.push.clearFaults();
    mood = "works";
    if (!stop.aborted) say("faults end; waiting until all is delivered");
    const calmAt = Date.now();
    const well = await isWell(stack, backWithinMs, end);
    await Promise.race([going, pause(takenWithinMs, end)]);
    const onLook = ({ active, scheduled }: Left): unknown =>
      (mood = `works; ${active} on the queue, ${scheduled} for later`);
    const left = await drained(queueOf(stack), drainedWithinMs, { stop: end, onLook });
    await seen.look();
    const screens = await seen.screens();
    const { registrations, ended, events } = apps;
    const { answers } = servers;
    return {
      observed: {
        accepted: [...answers.accepted, ...answers.acceptedAgain],
        unsure: answers.unsure,
        registrations,
        ended,
        arrivals: seen.arrivals,
        screens,
      },
      ...{ answers: { ...answers }, kills, channelEvents: events, left, isWell: well },
      drainedAfterMs: Date.now() - calmAt,
    };
  } finally {
    clearInterval(progress);
    ending.abort();
  }
};
