import declared from "../../../infra/queues.json" with { type: "json" };
import type { Queue, Received } from "../../simulation/queue.ts";

/** A queue nobody else uses, empty, and its broker's time. */
export type QueueUnderTest = Queue & {
  readonly now: () => number;
  /** Lets time pass until that instant (epoch milliseconds). */
  readonly pass: (until: number) => Promise<void>;
  /** As `receive`, but waits so many milliseconds for a message. */
  readonly receiveWithin: (milliseconds: number) => Promise<Received | undefined>;
};

/** So that a test waits seconds: the rest is as declared for Azure. Milliseconds. */
export const hurried = { lock: 2_000, duplicateWindow: 3_000 } as const;
const seconds = (milliseconds: number): string => `PT${milliseconds / 1_000}S`;

const [fanout] = declared;
if (!fanout) throw new Error("infra/queues.json declares no queue.");
export const deliveriesMax = fanout.properties.maxDeliveryCount;

/** The declaration of such a queue, as `infra/queues.json` would have it. */
export const declarationOf = (name: string) => ({
  name,
  properties: {
    ...fanout.properties,
    lockDuration: seconds(hurried.lock),
    duplicateDetectionHistoryTimeWindow: seconds(hurried.duplicateWindow),
  },
});

/** The next message. Fails when none comes within the time. */
export const next = async (queue: QueueUnderTest, within = 5_000): Promise<Received> => {
  const received = await queue.receiveWithin(within);
  if (!received) throw new Error(`No message came within ${within} ms.`);
  return received;
};

/** Sends a message and fails it until it is a dead letter. */
export const bury = async (queue: QueueUnderTest, message: Parameters<Queue["send"]>[0]): Promise<void> => {
  await queue.send(message);
  for (let failure = 1; failure <= deliveriesMax; failure += 1) await queue.abandon((await next(queue)).token);
};
