import type { ServiceBusClient, ServiceBusMessage, ServiceBusReceivedMessage } from "@azure/service-bus";
import { milliseconds } from "../../../shared/clock.ts";
import { openBus } from "../../../shared/fanout/fanout.bus.ts";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { messageOf } from "../../../shared/fanout/message.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import { newFeed } from "../feed/samples.ts";

export const jobOf = (more: Partial<FanoutJob> = {}): FanoutJob => ({
  v: 1,
  feed: newFeed(),
  id: newNotificationId(Date.now()),
  version: 3,
  kind: "content",
  hop: 0,
  acceptedAt: Date.now(),
  ...more,
});

/** A job's message, which nobody needs after an hour. */
export const sentJob = (job = jobOf()): ServiceBusMessage => messageOf(job, Date.now() + milliseconds.hour, Date.now());

/** Makes dead letters of messages, over a connection of its own, and looks at them as the broker's own client does. */
export const undertaker = (connectionString: string) => {
  const bus: ServiceBusClient = openBus({ kind: "connection-string", connectionString });
  const sender = bus.createSender(fanoutQueue);
  const receiver = bus.createReceiver(fanoutQueue, { maxAutoLockRenewalDurationInMs: 0 });
  const letters = bus.createReceiver(fanoutQueue, { subQueueType: "deadLetter", maxAutoLockRenewalDurationInMs: 0 });

  const taken = async (count: number): Promise<ServiceBusReceivedMessage[]> => {
    const messages: ServiceBusReceivedMessage[] = [];
    while (messages.length < count) messages.push(...(await receiver.receiveMessages(count - messages.length)));
    return messages;
  };
  /** Abandons so many messages until the broker has enough of them. Resolves to their numbers. */
  const failed = async (count: number): Promise<string[]> => {
    const numbers = new Set<string>();
    for (let delivery = 0; delivery < 10; delivery += 1) {
      const again = await taken(count);
      for (const message of again) numbers.add(String(message.sequenceNumber));
      await Promise.all(again.map((message) => receiver.abandonMessage(message)));
    }
    return [...numbers];
  };
  return {
    letters,
    failed,
    close: () => bus.close(),
    /** As a consumer does it that fails with each of them. */
    abandoned: async (messages: ServiceBusMessage[]): Promise<string[]> => {
      await sender.sendMessages(messages);
      return failed(messages.length);
    },
    /** As a consumer does it that knows at once that it never will. */
    refused: async (
      messages: ServiceBusMessage[],
      why: { readonly deadLetterReason?: string; readonly deadLetterErrorDescription?: string } = {},
    ): Promise<string[]> => {
      await sender.sendMessages(messages);
      const received = await taken(messages.length);
      const verdict = { deadLetterReason: "refused", deadLetterErrorDescription: "", ...why };
      await Promise.all(received.map((message) => receiver.deadLetterMessage(message, verdict)));
      return received.map(({ sequenceNumber }) => String(sequenceNumber));
    },
    /** Takes a message and refuses it when the returned function is called. */
    held: async (message: ServiceBusMessage): Promise<() => Promise<string>> => {
      await sender.sendMessages(message);
      const [received] = await taken(1);
      if (!received) throw new Error("it was sent");
      return async () => {
        await receiver.deadLetterMessage(received);
        return String(received.sequenceNumber);
      };
    },
  };
};
