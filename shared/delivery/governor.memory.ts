import { setTimeout as timer } from "node:timers/promises";
import type { Route } from "../channels/channel.ts";
import type { Outcome } from "../channels/outcome.ts";
import type { Clock } from "../clock.ts";
import { toldPushHost } from "../subscription/push-hosts.ts";
import type { FanfareEvent } from "../telemetry/events.ts";
import { beliefIn } from "./belief.ts";
import type { RetryPolicy } from "./decide.ts";
import type { Governor, Held } from "./governor.ts";
import type { Change } from "./learn.ts";
import { pushOrigin, type Coming, type PushOrigin, type Turn } from "./push-origin.ts";
import { remembered } from "./remembered.ts";
import { slowShareOf } from "./slow-share.ts";
import { waitingLine } from "./waiting-line.ts";

type Options = {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly chance: () => number;
  readonly policy: RetryPolicy;
  /** Requests at once to one push origin, at most. */
  readonly concurrency: number;
  /** How many messages the host has in hand at once: no hanging origin may keep them all. */
  readonly messagesInHand: number;
  /** Of a hundred answers, so many may end a subscription before none is believed; 100 believes all. */
  readonly pruningShareMax: number;
  /** Resolves after so many milliseconds: the only timer here, and a simulation's own. */
  readonly wait?: (milliseconds: number) => Promise<void>;
};

/** However many hosts strangers find that are allowed, no more of them are remembered. */
const originsMost = 500;
const credentialsMost = 1_000;
/** For so long something waits for its turn; it keeps a message in hand. Milliseconds. */
const patienceMs = 500;
/** How many wait at an origin that wants less: few, lest it keep many messages in hand. */
const waitingMost = 8;
const fullyTaken = "the origin has all it can take";

type Known = PushOrigin & { readonly line: WaitingLine };
type WaitingLine = ReturnType<typeof waitingLine<Coming, Turn | Held>>;

/**
 * The governor of one instance, in its memory; a restart forgets all. Nothing here is shared between instances: each learns by itself, and
 * the sum of their limits is what an origin may meet.
 */
export const memoryGovernor = (options: Options): Governor => {
  const { clock, concurrency, messagesInHand, pruningShareMax, wait = waitFor } = options;
  // A hanging origin gets a quarter of the messages in hand, all slow ones together half; the rest is for those that are well.
  const pace = { most: concurrency, darkMost: Math.ceil(messagesInHand / 4) };
  const slowMost = Math.ceil(messagesInHand / 2);
  const newOrigin = (): Known => {
    const origin = pushOrigin({ ...options, pace });
    const tooLong = (coming: Coming, now: number): Held => origin.turnAway(fullyTaken, coming, now);
    return { ...origin, line: waitingLine<Coming, Turn | Held>({ clock, patienceMs, wait, tooLong }) };
  };
  const origins = remembered(
    originsMost,
    newOrigin,
    ({ pace, line }) => pace.out() + line.size() > 0,
    ({ pace }) => pace.hasAnswered(),
  );
  const beliefs = remembered(credentialsMost, (credential) => beliefIn(credential, pruningShareMax));

  /** Undefined for who may wait. */
  const enter = (origin: Known, coming: Coming, now: number): Turn | Held | undefined => {
    const share = slowShareOf(origin, { all: origins.all(), slowMost }, now);
    if (share === "used-up") return origin.turnAway("the origin is slow", coming, now);
    const turn = origin.enter(coming, now);
    return turn ?? (share === undefined ? undefined : origin.turnAway(fullyTaken, coming, now));
  };
  /** Something has changed there: it may have room, or be down. */
  const letIn = (origin: Known, now: number): void =>
    origin.line.letIn(
      (coming) => enter(origin, coming, now),
      () => origin.pace.room(now) === 0,
    );
  const turnAt = (origin: Known, coming: Coming): (Turn | Held) | Promise<Turn | Held> => {
    const now = clock.now();
    const { pace, line } = origin;
    const turn = enter(origin, coming, now);
    if (turn) return turn;
    return pace.isCut() && line.size() >= waitingMost ? origin.turnAway(fullyTaken, coming, now) : line.join(coming);
  };

  return {
    send: async (route, attempt, { whose, expiresAt, emit }) => {
      const origin = origins.of(route.origin);
      const turn = await turnAt(origin, { name: route.credential, whose, expiresAt });
      if (turn.kind === "held") return turn;
      let outcome: Outcome;
      try {
        outcome = await attempt();
      } catch (error) {
        origin.leave(turn, clock.now()); // thrown at once or later: a bug would keep its turn for good
        letIn(origin, clock.now());
        throw error;
      }
      const now = clock.now();
      for (const change of origin.learn(turn, outcome, now)) emit(eventOf(change, route, outcome));
      letIn(origin, now);
      return beliefs.of(route.credential)({ outcome, whose, now, emit });
    },
  };
};

const waitFor = async (ms: number): Promise<void> => timer(ms, undefined, { ref: false });

const eventOf = (change: Change, { origin: url, credential }: Route, outcome: Outcome): FanfareEvent => {
  const origin = toldPushHost(url);
  const reason = "reason" in outcome ? outcome.reason : outcome.kind;
  switch (change.kind) {
    case "origin-down":
      return { event: "origin-down", origin, reason };
    case "origin-up":
      return { event: "origin-up", origin, downMs: change.afterMs };
    case "credential-refused":
      return { event: "credential-refused", credential, origin, reason };
    case "credential-accepted":
      return { event: "credential-accepted", credential, origin, refusedMs: change.afterMs };
  }
};
