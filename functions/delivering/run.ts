import type { AppRegistry } from "../../shared/auth/app-registry.ts";
import type { ChannelSender } from "../../shared/channels/channel.ts";
import type { Served } from "../../shared/channels/served.ts";
import type { Clock } from "../../shared/clock.ts";
import type { RetryPolicy } from "../../shared/delivery/decide.ts";
import type { Governor } from "../../shared/delivery/governor.ts";
import type { Ledgers } from "../../shared/delivery/ledger.ts";
import type { Fanout } from "../../shared/fanout/fanout.ts";
import type { FanoutJob } from "../../shared/fanout/job.ts";
import type { FetchMarks } from "../../shared/feed/fetch-marks.ts";
import type { Feed } from "../../shared/feed/feed.ts";
import type { Subscription } from "../../shared/subscription/subscription.ts";
import type { Subscriptions } from "../../shared/subscription/subscriptions.ts";
import type { Emit } from "../../shared/telemetry/events.ts";

export type Uses = {
  readonly feed: Pick<Feed, "findStored">;
  readonly subscriptions: Pick<Subscriptions, "of" | "forgetChannel">;
  readonly ledgers: Ledgers;
  readonly fetchMarks: Pick<FetchMarks, "of">;
  readonly fanout: Fanout;
  readonly apps: Pick<AppRegistry, "find">;
  /** The channels that are served; a device of another one is left out. */
  readonly channels: Served<Pick<ChannelSender, "routeOf" | "send">>;
  readonly governor: Governor;
  /** While so many pushes have begun or wait for their turn, no other run begins; any number by default. */
  readonly pushesMost?: number;
  readonly clock: Clock;
  readonly policy: RetryPolicy;
  /** The next number in [0, 1). */
  readonly chance: () => number;
};

/** How a message came to us. */
export type Receipt = {
  /** 1 for a message that comes for the first time (Service Bus' DeliveryCount, as the Functions host tells it). */
  readonly deliveryCount: number;
  readonly emit: Emit;
  /** Told of what must not happen: logged whole, so that it can be mended. */
  readonly bug: (error: unknown) => void;
};

/** One run of one message. */
export type Run = Receipt & {
  readonly use: Uses;
  readonly job: FanoutJob;
  readonly startedAt: number;
  /** Whether a device may have been told something that the ledger does not know of. */
  isInDoubt: boolean;
  /** Sounds the alarm over those whose channels cannot be opened. */
  readonly alarmOfClosed: (subscriptions: readonly Subscription[], emit: Emit) => void;
  /** How late the message was; undefined once an event has told it. */
  queuedMs?: number | undefined;
  /** The end of the notification as it was read last; undefined when it has none any more. */
  expiresAt?: number | undefined;
};

/** Whether a run before this one may have told a device something that the ledger does not know of. */
export const mayBeInDoubt = ({ job, deliveryCount }: Pick<Run, "job" | "deliveryCount">): boolean =>
  deliveryCount > 1 || job.again !== undefined;

/** A message never comes before its time: where this clock says so, it is behind. */
export const timeOf = ({ use, job }: Run): number => Math.max(use.clock.now(), job.due ?? 0);
