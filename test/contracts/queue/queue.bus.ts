import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  isServiceBusError,
  type ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from "@azure/service-bus";
import type { Peeked, Received, Settled } from "../../simulation/queue.ts";
import { adminOf, clientOf, endsOf } from "../../support/service-bus/client.ts";
import { startEmulator } from "../../support/service-bus/emulator.ts";
import { inspectorOf } from "../../support/service-bus/inspect.ts";
import { until } from "../../support/until.ts";
import { declarationOf, type QueueUnderTest } from "./queue-under-test.ts";

/** Queues of an emulator of their own, as Service Bus' own client reaches them. */
export type EmulatorQueues = {
  /** Another queue each time, empty. */
  readonly open: () => QueueUnderTest;
  readonly stop: () => Promise<void>;
};

/** Declared before the emulator starts, so there must be as many as tests. */
const names = Array.from({ length: 20 }, (_, index) => `contract-${index}`);

const declare = async (folder: string): Promise<string> => {
  const path = join(folder, "queues.json");
  await writeFile(path, JSON.stringify(names.map(declarationOf)));
  return path;
};

export const emulatorQueues = async (): Promise<EmulatorQueues> => {
  const emulator = await startEmulator(declare);
  const client = clientOf(emulator.connectionString);
  const inspector = inspectorOf(emulator.connectionString);
  const admin = adminOf(emulator);
  const free = [...names];

  const open = (): QueueUnderTest => {
    const name = free.shift();
    if (name === undefined) throw new Error("More queues are needed than were declared.");
    return {
      ...endOf(client, name),
      peek: async () => (await inspector.contents(name)).map(peeked),
      peekDeadLetters: async () => (await inspector.contents(name, { subQueueType: "deadLetter" })).map(peeked),
      counts: async () => {
        const properties = await admin.getQueueRuntimeProperties(name);
        const { activeMessageCount: active, scheduledMessageCount: scheduled, deadLetterMessageCount } = properties;
        return { active, scheduled, deadLettered: deadLetterMessageCount };
      },
      now: () => Date.now(),
      pass: async (time) => {
        await until(() => Date.now() >= time, { what: "the time has come" });
      },
    };
  };

  return {
    open,
    stop: async () => {
      await Promise.all([client.close(), inspector.close()]);
      await emulator.remove();
    },
  };
};

/** Milliseconds within which a message that is there has come. */
const momentMs = 250;

/** One client's end of a queue, that knows what it holds by the tokens. */
const endOf = (client: ServiceBusClient, name: string) => {
  const { sender, receiver, deadLetters } = endsOf(client, name);
  const held = new Map<string, { readonly message: ServiceBusReceivedMessage; readonly by: ServiceBusReceiver }>();

  const receiveFrom = async (by: ServiceBusReceiver, within: number): Promise<Received | undefined> => {
    const [message] = await by.receiveMessages(1, { maxWaitTimeInMs: Math.max(1, within) });
    if (!message) return undefined;
    const token = message.lockToken ?? "";
    held.set(token, { message, by });
    const lockedUntil = message.lockedUntilUtc?.getTime() ?? NaN;
    return { ...seen(message), token, lockedUntil, deliveryCount: failuresOf(message) + 1 };
  };
  const holding = async <T>(
    token: string,
    use: (by: ServiceBusReceiver, message: ServiceBusReceivedMessage) => Promise<T>,
  ): Promise<T | undefined> => {
    const holder = held.get(token);
    if (!holder) throw new Error("Nothing was received under this token.");
    try {
      return await use(holder.by, holder.message);
    } catch (error) {
      if (isServiceBusError(error) && error.code === "MessageLockLost") return undefined;
      throw error;
    }
  };
  const settle = async (token: string, how: "completeMessage" | "abandonMessage"): Promise<Settled> =>
    (await holding(token, async (by, message) => {
      await by[how](message);
      return "settled" as const;
    })) ?? "lock-lost";

  return {
    send: (message: Parameters<QueueUnderTest["send"]>[0]) => sender.sendMessages(message),
    receive: () => receiveFrom(receiver, momentMs),
    receiveWithin: (milliseconds: number) => receiveFrom(receiver, milliseconds),
    receiveDeadLetter: () => receiveFrom(deadLetters, momentMs),
    complete: (token: string) => settle(token, "completeMessage"),
    abandon: (token: string) => settle(token, "abandonMessage"),
    renew: (token: string) => holding(token, async (by, message) => (await by.renewMessageLock(message)).getTime()),
  };
};

const seen = (message: ServiceBusReceivedMessage) => ({
  messageId: String(message.messageId),
  body: message.body as unknown,
  sequence: Number(message.sequenceNumber?.toString()),
  ...(message.timeToLive !== undefined && { expiresAt: message.expiresAtUtc?.getTime() ?? NaN }),
});

/** On the wire, and in the SDK, deliveries before this one are counted. */
const failuresOf = ({ deliveryCount = 0 }: ServiceBusReceivedMessage): number => deliveryCount;

const peeked = (message: ServiceBusReceivedMessage): Peeked => ({
  ...seen(message),
  failures: failuresOf(message),
  ...(message.deadLetterReason !== undefined && { deadLetterReason: message.deadLetterReason }),
});
