import { z } from "zod";
import type { FeedKey } from "../feed-key.ts";
import type { NotificationId } from "../notification/notification.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";

/**
 * One message of the queue `fanout`: "bring this user's devices up to date with this notification". It carries names,
 * never content, so content can be withdrawn until it leaves. `v` lets old and new code run side by side during an upgrade.
 */
const jobSchema = z.object({
  v: z.literal(1),
  feed: z.string().min(1),
  id: z.string().min(1),
  /** The feed's version whose change is told. The newest content is sent, whatever this says. */
  version: z.int().nonnegative(),
  /** `content` brings the notification; `state` taps the user's other devices, for it was changed or deleted. */
  kind: z.enum(["content", "state", "fallback"]),
  /** For `state`: the subscription whose device made the change, which needs no tap for it. */
  actor: z.string().exactOptional(),
  /** Rises with every re-send: see `messageIdOf`. */
  hop: z.int().nonnegative(),
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
 * The broker drops a message whose id it has seen within the hour (duplicate detection), silently. So a crashed and
 * repeated send of the same hop goes out once, and everything that is *meant* to run again takes the next hop.
 */
export const messageIdOf = ({ id, version, kind, hop }: FanoutJob): string => `${id}:${version}:${kind}:${hop}`;

/** Reads a message body. Throws a ZodError when it is not a job: our bug or a stranger's message, so let it dead-letter. */
export const parseFanoutJob = (body: unknown): FanoutJob => jobSchema.parse(body) as FanoutJob;
