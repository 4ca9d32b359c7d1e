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

/** The message of a job that nobody needs after `expiresAt`, as it is sent at `now` (epoch milliseconds both). */
export const messageOf = (job: FanoutJob, expiresAt: number, now: number): FanoutMessage => ({
  body: job,
  contentType: "application/json",
  messageId: messageIdOf(job),
  subject: job.kind,
  timeToLive: Math.max(shortestLifeMs, expiresAt - (job.due ?? now)),
  ...(job.due !== undefined && { scheduledEnqueueTimeUtc: new Date(job.due) }),
  ...(job.traceparent !== undefined && { applicationProperties: { "Diagnostic-Id": job.traceparent } }),
});
