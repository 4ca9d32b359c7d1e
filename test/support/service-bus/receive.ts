import type { ServiceBusReceivedMessage, ServiceBusReceiver } from "@azure/service-bus";
import { expect } from "vitest";

/** The next message. Fails when none comes within the time, in milliseconds. */
export const next = async (receiver: ServiceBusReceiver, within = 5_000): Promise<ServiceBusReceivedMessage> => {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: within });
  if (!message) throw new Error(`no message came from ${receiver.entityPath} within ${within} ms`);
  return message;
};

/** The next `count` messages, in the order they came. Fails when they do not come within the time, in milliseconds. */
export const take = async (
  receiver: ServiceBusReceiver,
  count: number,
  within = 5_000,
): Promise<ServiceBusReceivedMessage[]> => {
  const deadline = performance.now() + within;
  const taken: ServiceBusReceivedMessage[] = [];
  while (taken.length < count) {
    const left = deadline - performance.now();
    if (left <= 0) throw new Error(`${taken.length} of ${count} messages came from ${receiver.entityPath} in time`);
    taken.push(...(await receiver.receiveMessages(count - taken.length, { maxWaitTimeInMs: left })));
  }
  return taken;
};

/** Fails when a message comes during the time, in milliseconds. */
export const nothingComes = async (receiver: ServiceBusReceiver, during = 200): Promise<void> => {
  const messages = await receiver.receiveMessages(1, { maxWaitTimeInMs: during });
  expect(messages.map(({ body }): unknown => body)).toEqual([]);
};

/** Milliseconds within which a message must be free again after its lock has lapsed. */
export const untilLapsed = (message: Pick<ServiceBusReceivedMessage, "lockedUntilUtc">): number =>
  (message.lockedUntilUtc?.getTime() ?? Date.now()) - Date.now() + 3_000;

/** The message's number in its queue. Fails when the broker gave none. */
export const numberOf = (message: ServiceBusReceivedMessage): NonNullable<typeof message.sequenceNumber> => {
  if (!message.sequenceNumber) throw new Error("the broker gave the message no sequence number");
  return message.sequenceNumber;
};

/** The bodies, in order. */
export const bodies = (messages: readonly ServiceBusReceivedMessage[]): unknown[] =>
  messages.map(({ body }): unknown => body);
