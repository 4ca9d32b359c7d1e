import { availableParallelism } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from "@azure/service-bus";
import { invoke } from "../app/invoke.ts";
import { logFailure, printLog } from "../app/log.ts";
import type { Worker } from "../app/worker.ts";
import type { HostJson } from "../host-json.ts";
import type { ServiceBusFunction } from "../triggers.ts";
import { createGate, type Gate } from "./gate.ts";
import { keepLocked, whileLocked } from "./lock.ts";
import { bodyOf, metadataOf } from "./message.ts";
import { createTurns, type InTurn } from "./turns.ts";

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
  const { prefetchCount } = use.settings;
  const concurrentCalls = use.settings.maxConcurrentCalls ?? standardConcurrentCalls();
  const receiver = use.client.createReceiver(queueName, {
    ...(deadLetter && { subQueueType: "deadLetter" }),
    maxAutoLockRenewalDurationInMs: 0, // locks are kept here, see keepLocked
    skipParsingBodyAsJson: true, // bodies go to the library as they came
  });
  const outage = outageOf(target, receiver);
  // After a reconnection the SDK asks for as many messages again, whatever still runs: the limit is kept here. Settling
  // stays outside, for it may wait long for a bus that is gone.
  const uses = { ...use, receiver, atOnce: createGate(concurrentCalls), inTurn: createTurns() };
  const subscription = receiver.subscribe(
    {
      processMessage: (message) => {
        const work = deliver(target, message, uses);
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
  { worker, settings, receiver, atOnce, inTurn }: Uses & { receiver: ServiceBusReceiver; atOnce: Gate; inTurn: InTurn },
): Promise<void> => {
  const warn = (what: string) => (error: unknown) => {
    const told = error instanceof Error ? error.message : String(error);
    printLog("warning", `Function ${target.name}: message ${String(message.messageId)} ${what}: ${told}`);
  };
  const atMost = settings.maxAutoLockRenewalDuration;
  const release = keepLocked(receiver, message, { atMost, onLost: warn("lost its lock and will come again") });
  const succeeded = await atOnce(() => run(worker, target, message)).finally(release);
  if (succeeded && !target.completes) return; // nobody settles it: as on Azure, its lock runs out
  const settled = succeeded
    ? inTurn("complete", () => receiver.completeMessage(message))
    : inTurn("abandon", () => receiver.abandonMessage(message));
  await whileLocked(message, settled.catch(warn("could not be settled and will come again")));
};

const run = async (
  worker: Worker,
  target: ServiceBusFunction,
  message: ServiceBusReceivedMessage,
): Promise<boolean> => {
  try {
    const { registration, trigger } = target;
    const diagnosticId = message.applicationProperties?.["Diagnostic-Id"];
    const traceParent = typeof diagnosticId === "string" ? diagnosticId : undefined;
    const call = { registration, trigger, input: bodyOf(message), metadata: metadataOf(message), traceParent };
    await invoke(worker, call).finished;
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
  const place = `${queue.deadLetter ? "the dead letters of " : ""}the queue ${queue.queueName}`;
  const untilBack = async (): Promise<void> => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 5_000)) {
      await pause(wait, undefined, { signal: stopped.signal, ref: false });
      const answered = await receiver.peekMessages(1, { abortSignal: stopped.signal }).catch(() => undefined);
      if (answered) break;
    }
    isAway = false;
    printLog("information", `Function ${name}: ${place} can be read again.`);
  };
  return {
    began: (error: Error): void => {
      if (isAway || stopped.signal.aborted) return;
      isAway = true;
      printLog("warning", `Function ${name}: no messages from ${place}, trying again: ${error.message}`);
      untilBack().catch(() => undefined); // ends when stopped
    },
    stop: (): void => stopped.abort(),
  };
};
