import { ServiceBusClient, type ServiceBusClientOptions } from "@azure/service-bus";
import type { TokenCredential } from "@azure/identity";
import type { Clock } from "../clock.ts";
import { deadlines } from "../deadlines.ts";
import { Unavailable } from "../unavailable.ts";
import { fanoutQueue, type Fanout } from "./fanout.ts";
import { messageOf } from "./message.ts";

/** How to reach the bus: a connection string (a laptop), or a namespace and an identity (Azure). */
export type BusAccess =
  | { readonly kind: "connection-string"; readonly connectionString: string }
  | { readonly kind: "identity"; readonly fullyQualifiedNamespace: string; readonly credential: TokenCredential };

type TimeLimit = {
  /** What takes longer counts as unavailable: somebody is waiting for an answer. */
  readonly timeLimitMs?: number;
};
const options: ServiceBusClientOptions = { retryOptions: { maxRetries: 2, retryDelayInMs: 250, timeoutInMs: 3_000 } };

/** Opens the bus: one client, so one connection, for the whole process. Connects on first use. */
export const openBus = (access: BusAccess): ServiceBusClient =>
  access.kind === "identity"
    ? new ServiceBusClient(access.fullyQualifiedNamespace, access.credential, options)
    : new ServiceBusClient(access.connectionString, options);

/** The queue `fanout` over a bus. A send takes at most 8,000 milliseconds by default. */
export const busFanout = (bus: ServiceBusClient, clock: Clock, { timeLimitMs = 8_000 }: TimeLimit = {}): Fanout => {
  const sender = bus.createSender(fanoutQueue);
  const inTime = deadlines(timeLimitMs);
  return {
    send: async (job, { expiresAt }) => {
      try {
        await sender.sendMessages(messageOf(job, expiresAt, clock.now()), {
          abortSignal: inTime(),
        });
      } catch (error) {
        throw new Unavailable("Service Bus", { cause: error });
      }
    },
  };
};

/** Asks the broker something small that crosses the wire, for readiness. Throws `Unavailable` when it does not answer in time: 2,500 milliseconds by default. */
export const pingBus = async (bus: ServiceBusClient, { timeLimitMs = 2_500 }: TimeLimit = {}): Promise<void> => {
  const receiver = bus.createReceiver(fanoutQueue);
  try {
    await receiver.peekMessages(1, { abortSignal: AbortSignal.timeout(timeLimitMs) });
  } catch (error) {
    throw new Unavailable("Service Bus", { cause: error });
  } finally {
    await receiver.close();
  }
};
