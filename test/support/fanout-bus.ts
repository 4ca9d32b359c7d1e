import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceBusClient, type ServiceBusReceivedMessage } from "@azure/service-bus";
import { secretsIn } from "../../infra/local/secrets.ts";
import { connectionString } from "../../infra/local/service-bus/connection-string.ts";
import { fanoutQueue } from "../../shared/fanout/fanout.ts";
import { startProgram } from "./program.ts";

/** The emulator with the queue `fanout`, in memory: what it held is gone when it is started again. */
export type FanoutBus = {
  readonly connectionString: string;
  /** Where its administration answers; elsewhere after a restart. */
  readonly adminUrl: string;
  /** SIGKILL. */
  readonly crash: () => Promise<void>;
  /** On the same port, empty. */
  readonly restart: () => Promise<void>;
  /** Takes so many messages, or what came within the milliseconds (5,000), and completes them. */
  readonly take: (count: number, within?: number) => Promise<ServiceBusReceivedMessage[]>;
  /** Up to a thousand messages that are there, those that are scheduled for later included, and leaves them. */
  readonly peek: () => Promise<ServiceBusReceivedMessage[]>;
  readonly stop: () => Promise<void>;
};

export const startFanoutBus = async (): Promise<FanoutBus> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-bus-"));
  const { serviceBusKey } = await secretsIn(folder);
  const start = (port: string) =>
    startProgram({
      name: "service-bus",
      env: {
        FANFARE_DATA_DIR: folder,
        FANFARE_SERVICEBUS_PORT: port,
        FANFARE_SERVICEBUS_ADMIN_PORT: "0",
        FANFARE_EPHEMERAL: "1",
      },
    });
  let program = await start("0");
  const port = /:(\d+)/.exec(program.ready)?.[1] ?? "";
  const connection = connectionString(Number(port), serviceBusKey);

  return {
    connectionString: connection,
    get adminUrl() {
      return /administration on (http:\S+?);/.exec(program.ready)?.[1] ?? "";
    },
    crash: async () => {
      await program.kill();
    },
    restart: async () => {
      program = await start(port);
    },
    take: async (count, within = 5_000) => {
      const client = new ServiceBusClient(connection);
      const receiver = client.createReceiver(fanoutQueue, { receiveMode: "receiveAndDelete" });
      const taken: ServiceBusReceivedMessage[] = [];
      const deadline = Date.now() + within;
      while (taken.length < count && Date.now() < deadline) {
        const maxWaitTimeInMs = Math.max(1, deadline - Date.now());
        taken.push(...(await receiver.receiveMessages(count - taken.length, { maxWaitTimeInMs })));
      }
      await client.close();
      return taken;
    },
    peek: async () => {
      const client = new ServiceBusClient(connection);
      const messages = await client.createReceiver(fanoutQueue).peekMessages(1_000);
      await client.close();
      return messages;
    },
    stop: async () => {
      await program.kill();
      await rm(folder, { recursive: true });
    },
  };
};
