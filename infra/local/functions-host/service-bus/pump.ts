import { availableParallelism } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from "@azure/service-bus";
import { invoke } from "../app/invoke.ts";
import { logFailure, printLog } from "../app/log.ts";
import type { Worker } from "../app/worker.ts";
import type { HostJson } from "../host-json.ts";
import type { ServiceBusFunction } from "../triggers.ts";
import { createGate } from "./gate.ts";
import { bodyOf, metadataOf } from "./message.ts";

/** A trigger that takes messages. */
export type Pump = {
  /** Takes no more messages; those taken go on. Resolves when the bus knows. */
  readonly stopTaking: () => Promise<void>;
};

type Uses = {
  readonly client: ServiceBusClient;
  readonly worker: Worker;
  readonly settings: HostJson["serviceBus"];
  /** Told of each message's work, so that a graceful stop can wait for it. */
  readonly track: (work: Promise<void>) => void;
};

/**
 * Calls a function for each message of its queue. When it returns the message is completed, when it throws it is
 * abandoned at once, as on Azure; its lock is renewed meanwhile. While the bus is away this says so once and goes on
 * trying, through the SDK's own endless retries.
 */
export const startPump = (target: ServiceBusFunction, use: Uses): Pump => {
  const { queueName, deadLetter } = target.queue;
  const { maxAutoLockRenewalDuration, prefetchCount } = use.settings;
  const concurrentCalls = use.settings.maxConcurrentCalls ?? standardConcurrentCalls();
  const receiver = use.client.createReceiver(queueName, {
    ...(deadLetter && { subQueueType: "deadLetter" }),
    maxAutoLockRenewalDurationInMs: maxAutoLockRenewalDuration,
    skipParsingBodyAsJson: true, // bodies go to the library as they came
  });
  const outage = outageOf(target, receiver);
  // After a reconnection the SDK asks for as many messages again, whatever still runs: the limit is kept here.
  const gate = createGate(concurrentCalls);
  const subscription = receiver.subscribe(
    {
      processMessage: (message) => {
        const work = gate(() => deliver(target, message, { ...use, receiver }));
        use.track(work);
        return work;
      },
      processError: ({ error, errorSource }) => {
        if (errorSource === "receive") outage.began(error);
        else printLog("warning", `Function ${target.name}: ${errorSource} failed: ${error.message}`);
        return Promise.resolve();
      },
    },
    { autoCompleteMessages: false, maxConcurrentCalls: concurrentCalls + prefetchCount },
  );
  return {
    stopTaking: () => {
      outage.stop();
      return subscription.close();
    },
  };
};

/** Azure's default: 16 for each processor. */
const standardConcurrentCalls = (): number => 16 * availableParallelism();

const deliver = async (
  target: ServiceBusFunction,
  message: ServiceBusReceivedMessage,
  { worker, receiver }: Uses & { receiver: ServiceBusReceiver },
): Promise<void> => {
  const succeeded = await run(worker, target, message);
  if (succeeded && !target.completes) return; // nobody settles it: as on Azure, its lock runs out
  try {
    await (succeeded ? receiver.completeMessage(message) : receiver.abandonMessage(message));
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    const id = String(message.messageId);
    printLog("warning", `Function ${target.name}: message ${id} could not be settled and will come again: ${told}`);
  }
};

const run = async (
  worker: Worker,
  target: ServiceBusFunction,
  message: ServiceBusReceivedMessage,
): Promise<boolean> => {
  try {
    const { registration, trigger } = target;
    const diagnosticId = message.applicationProperties?.["Diagnostic-Id"];
    const call = { registration, trigger, input: bodyOf(message), metadata: metadataOf(message) };
    await invoke(worker, { ...call, traceParent: typeof diagnosticId === "string" ? diagnosticId : undefined })
      .finished;
    return true;
  } catch (error) {
    logFailure(target.name, error);
    return false;
  }
};

/** Tells an outage once, then asks the bus with growing pauses until it answers, and tells that too. */
const outageOf = ({ name, queue }: ServiceBusFunction, receiver: ServiceBusReceiver) => {
  const stopped = new AbortController();
  let isAway = false;
  const untilBack = async (): Promise<void> => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 5_000)) {
      await pause(wait, undefined, { signal: stopped.signal, ref: false });
      const answered = await receiver.peekMessages(1, { abortSignal: stopped.signal }).catch(() => undefined);
      if (answered) break;
    }
    isAway = false;
    printLog("information", `Function ${name}: the queue ${queue.queueName} answers again.`);
  };
  return {
    began: (error: Error): void => {
      if (isAway || stopped.signal.aborted) return;
      isAway = true;
      printLog(
        "warning",
        `Function ${name}: no messages from the queue ${queue.queueName}, trying again: ${error.message}`,
      );
      untilBack().catch(() => undefined); // ends when stopped
    },
    stop: (): void => stopped.abort(),
  };
};
