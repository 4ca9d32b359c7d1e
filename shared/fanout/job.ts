import * as z from "zod";
import type { ToldKind } from "../delivery/ledger.ts";
import type { FeedKey } from "../feed-key.ts";
import type { NotificationId } from "../notification/notification.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";

/** What we name things by is no longer, and has nothing in it that a table's key, a message's id or a terminal could not take. */
const name = z.string().regex(/^[\w-]{1,100}$/);

/**
 * One message of the queue `fanout`: "bring this user's devices up to date with this notification". It carries names,
 * never content, so content can be withdrawn until it leaves. `v` lets old and new code run side by side during an upgrade.
 */
const jobSchema = z.object({
  v: z.literal(1),
  feed: name,
  id: name,
  /** The feed's version whose change is told. The newest content is sent, whatever this says. */
  version: z.int().nonnegative(),
  /**
   * `content` brings the notification; `state` taps the user's other devices, for it was changed or deleted; `fallback` alerts the iOS
   * devices that have not fetched it when the delay is over.
   */
  kind: z.enum(["content", "state", "fallback"]),
  /** For `state`: the subscription whose device made the change, which needs no tap for it. */
  actor: z.string().exactOptional(),
  /** How many messages came before this one: 0 for the first, one more with each that is sent to go on. */
  hop: z.int().nonnegative(),
  /** Epoch milliseconds at which this message is to be received, if not at once. */
  due: z.int().exactOptional(),
  /**
   * A run before this one was cut off, and may have told devices this version, or a later one, after somebody else told them a newer
   * one. Whoever has been told something newer than this is told once more.
   */
  again: z.int().exactOptional(),
  /** Epoch milliseconds at which an operator sent this message once more, out of the dead letters: from then it waits in the queue. */
  replayedAt: z.int().exactOptional(),
  /** Epoch milliseconds at which the POST, PATCH or DELETE was accepted, for measuring how long a device waited. */
  acceptedAt: z.number(),
  /** W3C Trace Context of the request. */
  traceparent: z.string().optional(),
});

export type FanoutJob = Omit<z.infer<typeof jobSchema>, "feed" | "id" | "actor"> & {
  readonly feed: FeedKey;
  readonly id: NotificationId;
  readonly actor?: SubscriptionId;
};

/**
 * The broker drops a message whose id it has seen within the hour (duplicate detection), silently. So a crashed and repeated send of
 * the same message goes out once. What is *meant* to run again has a later time, and with it another id. Runs of several messages
 * about one notification (it was replaced, say) that want to go on at the same time, with the same version, are of one mind: the
 * broker makes one message of them.
 */
export const messageIdOf = ({ id, version, kind, actor, due, again }: FanoutJob): string =>
  [
    id,
    version,
    kind,
    due ?? 0,
    ...(due !== undefined && actor !== undefined ? [actor] : []),
    ...(again === undefined ? [] : [`again-${again}`]),
  ].join(":");

type Next = {
  readonly version: number;
  readonly due: number;
  readonly again?: number;
  /** What it is about, if not the same: each is told by messages of its own kind, a tap as a change of state that no device made itself. */
  readonly told?: ToldKind;
};

const kindOfTold = { content: "content", tap: "state", fallback: "fallback" } as const;
const toldOfKind = { content: "content", state: "tap", fallback: "fallback" } as const;

/** What is told by such a message, but for who is told the newest once more. */
export const toldKindOf = ({ kind }: Pick<FanoutJob, "kind">): ToldKind => toldOfKind[kind];

/** The message that goes on from this one: `due` is later than now, and than this one's own. */
export const nextJob = (
  { again: _again, replayedAt: _replayedAt, ...job }: FanoutJob,
  { told, ...next }: Next,
): FanoutJob => {
  const { actor: _actor, ...withoutActor } = job;
  const isOther = told !== undefined && told !== toldKindOf(job);
  const from = isOther ? { ...withoutActor, kind: kindOfTold[told] } : job;
  return { ...from, ...next, hop: job.hop + 1 };
};

/** Since when a message waits for its run: epoch milliseconds at which it was due, or was accepted, or was sent once more by an operator. */
export const waitsSince = ({ acceptedAt, due, replayedAt }: FanoutJob): number => replayedAt ?? due ?? acceptedAt;

/** A message that is none of ours, or of a version this is too old for. Says which members are missing or wrong, never what they are. */
export class NotAJob extends Error {
  override readonly name = "NotAJob";
}

/** Reads a message body. Throws `NotAJob` when it is none: our bug or a stranger's message, so let it dead-letter. */
export const parseFanoutJob = (body: unknown): FanoutJob => {
  const { data, error } = jobSchema.safeParse(body);
  if (data) return data as FanoutJob;
  const members = error.issues.map(({ path: [member] }) => (member === undefined ? "" : String(member)));
  const wrong = [...new Set(members.filter(Boolean))].join(", ");
  throw new NotAJob(wrong === "" ? "it is no job" : `it is no job: ${wrong} missing or wrong`);
};
