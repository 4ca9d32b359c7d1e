import {
  ServiceBusAdministrationClient,
  ServiceBusClient,
  type ServiceBusClientOptions,
  type ServiceBusReceiver,
  type ServiceBusReceiverOptions,
  type ServiceBusSender,
} from "@azure/service-bus";
import { answeredAt } from "../../../shared/fanout/backlog.bus.ts";
import type { Broker } from "./emulator.ts";

/** A client that retries soon and gives up within seconds. */
export const clientOf = (connectionString: string, options?: ServiceBusClientOptions): ServiceBusClient =>
  new ServiceBusClient(connectionString, {
    retryOptions: { maxRetries: 3, retryDelayInMs: 100, timeoutInMs: 10_000 },
    ...options,
  });

/** Closes the clients and forgets them. */
export const closeAll = async (clients: ServiceBusClient[]): Promise<void> => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
};

/** A queue and one client's ends of it. Further receivers and clients are made as needed. */
export type QueueUnderTest = {
  readonly name: string;
  readonly client: ServiceBusClient;
  readonly sender: ServiceBusSender;
  readonly receiver: ServiceBusReceiver;
  readonly deadLetters: ServiceBusReceiver;
};

/** Receiver options: locks lapse, because the SDK does not renew them in the background. */
export const lapsing: ServiceBusReceiverOptions = { receiveMode: "peekLock", maxAutoLockRenewalDurationInMs: 0 };

/** The ends of a queue; their locks lapse. */
export const endsOf = (client: ServiceBusClient, name: string): QueueUnderTest => ({
  name,
  client,
  sender: client.createSender(name),
  receiver: client.createReceiver(name, { ...lapsing }),
  deadLetters: client.createReceiver(name, { ...lapsing, subQueueType: "deadLetter" }),
});

/** The broker's administration, wherever it answers. */
export const adminOf = ({ connectionString, adminUrl }: Broker): ServiceBusAdministrationClient => {
  const admin = new ServiceBusAdministrationClient(connectionString, { retryOptions: { maxRetries: 0 } });
  return adminUrl === undefined ? admin : answeredAt(admin, adminUrl);
};
