import * as z from "zod";
import { milliseconds } from "../clock.ts";
import { hashOf } from "../hash.ts";
import { contentOf } from "./dead-letters.ts";
import { messageIdOf, type FanoutJob } from "./job.ts";

/** The longest message id a broker takes: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas */
const idLengthMax = 128;

/** However late the operator comes, a copy lives long enough to be received. */
const shortestLifeMs = milliseconds.minute;

type Replayed = {
  /** The dead letter's number in the queue, in decimal digits. */
  readonly sequence: string;
  /** The id it was sent under. */
  readonly messageId: string;
  readonly job: FanoutJob | undefined;
};

/**
 * The message id of a dead letter's copy: the job's own, with `:r` and the dead letter's number. So replaying one dead letter twice,
 * as after a crash between sending the copy and removing the dead letter, is one message to the broker. And it is no id that was used
 * before, which the broker would drop without a word: no two messages of a queue have one number, and a copy that becomes a dead letter
 * itself has another one.
 */
export const replayIdOf = ({ sequence, messageId, job }: Replayed): string => {
  const own = job ? messageIdOf(job) : messageId.replace(/:r\d+$/, ""); // so that ids do not grow with every replay
  const suffix = `:r${sequence}`;
  return own.length + suffix.length <= idLengthMax ? own + suffix : hashOf(own) + suffix;
};

/**
 * For how many milliseconds a copy sent at `now` is needed: what is left of the dead letter's time, at least a minute. Undefined when
 * that had no end. A run for a notification that has ended meanwhile tells nobody, and counts who missed it.
 */
export const replayLifeMs = (expiresAt: number | undefined, now: number): number | undefined =>
  expiresAt === undefined ? undefined : Math.max(shortestLifeMs, expiresAt - now);

/**
 * The body of a copy sent at `now`: what was sent, when it comes again, and that it does, which its delivery count does not say. The runs that
 * failed may have told devices its version, or a later one, after somebody else told them a newer one; so whoever was told something newer than
 * that is told it once more. A stranger's body stays as it is.
 */
export const replayBodyOf = (body: unknown, now: number): unknown => {
  const content = contentOf(body);
  if (content.kind === "unreadable") return body;
  const said = { again: content.job.again ?? content.job.version, replayedAt: now };
  if (!(body instanceof Uint8Array)) return { ...membersOf(body), ...said };
  return Buffer.from(JSON.stringify({ ...membersOf(JSON.parse(Buffer.from(body).toString("utf8"))), ...said }));
};

/** All of them, also those that a newer version of this wrote. */
const membersOf = (json: unknown): Record<string, unknown> => z.record(z.string(), z.unknown()).parse(json);
