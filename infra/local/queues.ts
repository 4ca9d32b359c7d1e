import { readFile } from "node:fs/promises";
import declared from "../queues.json" with { type: "json" };
import { CannotStart } from "./cannot-start.ts";
import { parseQueues, type QueueSettings } from "./service-bus/queue-settings.ts";

/** A killed consumer's message comes back after this; Azure's minute would make a developer wait. */
const localLockDuration = "PT10S";

/**
 * The queues of the local Service Bus: those of `infra/queues.json`, the same file Azure's deployment loads, with a shorter lock;
 * or exactly those of the file `FANFARE_SERVICEBUS_QUEUES` names. Throws `CannotStart` when that file cannot be read or is wrong.
 */
export const localQueues = async (
  file: string | undefined = process.env.FANFARE_SERVICEBUS_QUEUES,
): Promise<readonly QueueSettings[]> => {
  if (file) return parseQueues(await readJson(file), file);
  const local = declared.map((queue) => ({
    ...queue,
    properties: { ...queue.properties, lockDuration: localLockDuration },
  }));
  return parseQueues(local, "infra/queues.json");
};

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotStart(`FANFARE_SERVICEBUS_QUEUES: cannot read ${path}: ${reason}`);
  }
};
