import { milliseconds } from "../clock.ts";
import { promisedWithinMs } from "../telemetry/metrics.ts";
import { messageIdOf, type FanoutJob } from "./job.ts";

/** A job as a broker takes it. */
export type FanoutMessage = {
  readonly body: FanoutJob;
  readonly contentType: "application/json";
  readonly messageId: string;
  readonly subject: FanoutJob["kind"];
  /** Milliseconds, counted from when the message becomes visible: at once, or when it is due. */
  readonly timeToLive: number;
  readonly scheduledEnqueueTimeUtc?: Date;
  readonly applicationProperties?: { readonly "Diagnostic-Id": string };
};

/** So that a message of a notification about to end is still received. */
const shortestLifeMs = 1_000;

/**
 * A message of content outlives its notification by so much: the broker drops what has ended without a word, and whoever was not told in time
 * is to be counted by a run (`shared/delivery/missed.ts`). As long as an alert that wakes somebody looks back: of an outage that lasts longer
 * the last six hours' worth is counted, which is enough to be woken by, and no queue is filled with what ended yesterday. Taps and alerts are
 * no promise that is measured, and end with their notification; so does content that had less time than it may take to be told, which is
 * never counted: a flood of what lives a second would fill the queue, and others were answered 406.
 */
const countedForMs = { content: 6 * milliseconds.hour, state: 0, fallback: 0 } as const;

const countedFor = ({ kind, acceptedAt }: FanoutJob, expiresAt: number): number =>
  expiresAt - acceptedAt < promisedWithinMs ? 0 : countedForMs[kind];

/** The message of a job by which nobody is told anything after `expiresAt`, as it is sent at `now` (epoch milliseconds both). */
export const messageOf = (job: FanoutJob, expiresAt: number, now: number): FanoutMessage => ({
  body: job,
  contentType: "application/json",
  messageId: messageIdOf(job),
  subject: job.kind,
  timeToLive: Math.max(shortestLifeMs, expiresAt + countedFor(job, expiresAt) - (job.due ?? now)),
  ...(job.due !== undefined && { scheduledEnqueueTimeUtc: new Date(job.due) }),
  ...(job.traceparent !== undefined && { applicationProperties: { "Diagnostic-Id": job.traceparent } }),
});
