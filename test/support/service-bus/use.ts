import type { ServiceBusAdministrationClient, ServiceBusClient, ServiceBusClientOptions } from "@azure/service-bus";
import { afterAll, afterEach, beforeAll } from "vitest";
import { adminOf, clientOf, closeAll, endsOf, type QueueUnderTest } from "./client.ts";
import { otherBroker, queues } from "./declaration.ts";
import { startEmulator, type Broker, type Emulator } from "./emulator.ts";
import { inspectorOf, type Inspector } from "./inspect.ts";

/** The broker of a test file. Every client obtained from it is closed after each test. */
export type ServiceBus = {
  readonly broker: () => Broker;
  /** A connection of its own, which retries soon and gives up within seconds. */
  readonly client: (options?: ServiceBusClientOptions, connectionString?: string) => ServiceBusClient;
  /** The queue, after removing whatever an earlier test left there. */
  readonly queue: (name: keyof typeof queues) => Promise<QueueUnderTest>;
  readonly contents: Inspector["contents"];
  readonly admin: (connectionString?: string) => ServiceBusAdministrationClient;
};

/**
 * Gives a test file its broker: the one SERVICEBUS_CONNECTION names, or an emulator started for this file alone.
 * Call it once, at the top of the file.
 */
export const useServiceBus = (): ServiceBus => {
  let started: { broker: Broker; inspector: Inspector; emulator: Emulator | undefined } | undefined;
  const clients: ServiceBusClient[] = [];

  beforeAll(async () => {
    const emulator = otherBroker === undefined ? await startEmulator() : undefined;
    const broker = emulator ?? { connectionString: otherBroker ?? "", adminUrl: process.env.SERVICEBUS_ADMIN_URL };
    started = { broker, emulator, inspector: inspectorOf(broker.connectionString) };
  });
  afterEach(() => closeAll(clients));
  afterAll(async () => {
    await started?.inspector.close();
    await started?.emulator?.remove();
  });

  const use = (): NonNullable<typeof started> => {
    if (!started) throw new Error("The broker is started before the tests, not before the file is loaded.");
    return started;
  };
  const client: ServiceBus["client"] = (options, connectionString = use().broker.connectionString) => {
    const made = clientOf(connectionString, options);
    clients.push(made);
    return made;
  };
  return {
    broker: () => use().broker,
    client,
    queue: async (name) => {
      await use().inspector.empty(queues[name]);
      return endsOf(client(), queues[name]);
    },
    contents: (queue, place) => use().inspector.contents(queue, place),
    admin: (connectionString = use().broker.connectionString) => adminOf({ ...use().broker, connectionString }),
  };
};
