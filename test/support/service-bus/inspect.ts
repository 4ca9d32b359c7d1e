import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from "@azure/service-bus";
import { until } from "../until.ts";
import { clientOf } from "./client.ts";

/** The main queue, or its dead letters. */
export type Place = { readonly subQueueType?: "deadLetter" };
const places: readonly Place[] = [{}, { subQueueType: "deadLetter" }];

/** Looks into queues and empties them, over a connection of its own. */
export type Inspector = {
  /** Everything the queue holds, whatever its state, without taking it. */
  readonly contents: (queue: string, place?: Place) => Promise<ServiceBusReceivedMessage[]>;
  /** Removes every message of a queue and of its dead-letter queue. Rejects when some are still locked by someone. */
  readonly empty: (queue: string) => Promise<void>;
  readonly close: () => Promise<void>;
};

type Page = (after?: ServiceBusReceivedMessage) => Promise<ServiceBusReceivedMessage[]>;

/** Opens its connection when first used. */
export const inspectorOf = (connectionString: string): Inspector => {
  const client = clientOf(connectionString);
  const pages = new Map<string, Page>();

  const contents = async (queue: string, place: Place = {}): Promise<ServiceBusReceivedMessage[]> => {
    const key = `${queue} ${place.subQueueType ?? ""}`;
    const page = pages.get(key) ?? pagesFromTheStart(client.createReceiver(queue, place));
    pages.set(key, page);
    const found = await page();
    for (let more = found; more.length > 0; found.push(...more)) more = await page(more.at(-1));
    return found;
  };

  const emptied = async (queue: string): Promise<boolean> => {
    let wasEmpty = true;
    for (const place of places) {
      const messages = await contents(queue, place);
      if (messages.length === 0) continue;
      wasEmpty = false;
      await remove(client, queue, place, messages);
    }
    return wasEmpty;
  };

  return {
    contents,
    empty: async (queue) => {
      const what = `${queue} is empty (does an earlier test hold a lock?)`;
      await until(() => emptied(queue), { within: 6_000, what });
    },
    close: () => client.close(),
  };
};

/**
 * Peeks by pages. A client's peeks go on where its last one ended, so once something has been seen the start must be
 * told, and only a number that came from the broker can tell it: the SDK does not export its 64-bit integer.
 */
const pagesFromTheStart = (receiver: ServiceBusReceiver): Page => {
  let start: ServiceBusReceivedMessage["sequenceNumber"];
  return async (after) => {
    const fromSequenceNumber = after?.sequenceNumber?.add(1) ?? start;
    const page = await receiver.peekMessages(200, fromSequenceNumber && { fromSequenceNumber });
    const seen = page[0]?.sequenceNumber;
    start ??= seen?.sub(seen).add(1);
    return page;
  };
};

const remove = async (
  client: ServiceBusClient,
  queue: string,
  place: Place,
  messages: readonly ServiceBusReceivedMessage[],
): Promise<void> => {
  const receiver = client.createReceiver(queue, { ...place, receiveMode: "receiveAndDelete" });
  const numbersOf = (state: string) =>
    messages.flatMap((message) => (message.state === state && message.sequenceNumber ? [message.sequenceNumber] : []));
  const [scheduled, deferred] = [numbersOf("scheduled"), numbersOf("deferred")];
  if (scheduled.length > 0) await client.createSender(queue).cancelScheduledMessages(scheduled);
  if (deferred.length > 0) await receiver.receiveDeferredMessages(deferred);
  const active = messages.length - scheduled.length - deferred.length;
  if (active > 0) await receiver.receiveMessages(active, { maxWaitTimeInMs: 500 });
  await receiver.close();
};
