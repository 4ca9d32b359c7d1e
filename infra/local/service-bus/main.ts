import { createServer } from "node:http";
import { listen, runPart, type Running } from "../part.ts";
import { localQueues } from "../queues.ts";
import { secretsIn } from "../secrets.ts";
import { dataDir, isEphemeral, partDir, portOf } from "../settings.ts";
import { answerAdmin } from "./admin.ts";
import type { Namespace } from "./attach.ts";
import { createBroker } from "./broker.ts";
import { openLevelStore } from "./level-store.ts";
import { memoryStore } from "./memory-store.ts";
import { openQueue } from "./queue-host.ts";

const part = "Service Bus";

/** Memory is ahead of the disk until a write is done, so a failed one ends the process: the next starts from what is safe. */
const onStoreFailure = (error: unknown): void => {
  console.error(`${part}: cannot write to ${partDir("service-bus")}:`, error);
  process.exit(1);
};

const start = async (): Promise<Running> => {
  const [port, adminPort] = [portOf("serviceBus"), portOf("serviceBusAdmin")];
  const declared = await localQueues();
  const { serviceBusKey: key } = await secretsIn(dataDir());
  const store = isEphemeral() ? memoryStore() : await openLevelStore(partDir("service-bus"), onStoreFailure);
  const now = (): number => Date.now();
  const hosts = await Promise.all(declared.map((settings) => openQueue(settings, store, now)));
  const queues = new Map(hosts.map((host) => [host.settings.name.toLowerCase(), host]));
  const namespace: Namespace = { queues, key, now };

  const broker = createBroker(namespace);
  const admin = createServer((request, response) => answerAdmin(request, response, namespace));
  const amqpPort = await listen(broker.server, part, "serviceBus", port);
  const httpPort = await listen(admin, part, "serviceBusAdmin", adminPort);

  return {
    ready:
      `Service Bus ready on amqp://127.0.0.1:${amqpPort}, administration on http://127.0.0.1:${httpPort}; ` +
      `queues: ${hosts.map(({ settings }) => settings.name).join(", ")}. ` +
      `Not built: sessions, topics, transactions, WebSockets.`,
    stop: async () => {
      admin.close();
      admin.closeAllConnections();
      broker.server.close();
      await broker.closeAll();
      await Promise.all(hosts.map((host) => host.stop()));
      await store.close();
    },
  };
};

await runPart(start);
