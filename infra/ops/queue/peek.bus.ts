import type { ServiceBusClient, ServiceBusReceivedMessage } from "@azure/service-bus";
import { fanoutQueue } from "../../../shared/fanout/fanout.ts";
import { Unavailable } from "../../../shared/unavailable.ts";

/** On Standard every message that is looked at costs one of a namespace's thousand credits a second. */
export const peekedMax = 250;

/**
 * Looks at the first messages of the queue `fanout` or of its dead letters, by number, `peekedMax` at most; throws `Unavailable`. A client's
 * looks go on where its last one ended, so the start is told once one has been seen: make one for each bus and place.
 */
export const peekOf = (bus: ServiceBusClient, place: { readonly subQueueType?: "deadLetter" } = {}) => {
  const receiver = bus.createReceiver(fanoutQueue, place);
  let start: ServiceBusReceivedMessage["sequenceNumber"];
  const page = async (from: typeof start, count: number, abortSignal: AbortSignal) => {
    try {
      return await receiver.peekMessages(count, { ...(from && { fromSequenceNumber: from }), abortSignal });
    } catch (cause) {
      throw new Unavailable("Service Bus", { cause });
    }
  };
  return async (signal: AbortSignal): Promise<readonly ServiceBusReceivedMessage[]> => {
    const found: ServiceBusReceivedMessage[] = [];
    for (let from = start; found.length < peekedMax;) {
      const more = await page(from, peekedMax - found.length, signal); // brokers give fewer when the messages are large
      const last = more.at(-1)?.sequenceNumber;
      if (last === undefined) break;
      start ??= last.sub(last).add(1);
      from = last.add(1);
      found.push(...more);
    }
    return found;
  };
};
