import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import declared from "../../../infra/queues.json" with { type: "json" };

/** A queue as the service's own, which the service does not read. */
export const floorQueue = "floor";

/** The local stack's lock: its standard one, for whoever names the queues himself is given them as they are. */
const lockDuration = "PT10S";

/** Writes the declaration of the service's queues and the floor's into a folder. Resolves to the setting that tells the bus of it. */
export const withFloorQueue = async (folder: string): Promise<Readonly<Record<string, string>>> => {
  const queues = declared.map(({ name, properties }) => ({ name, properties: { ...properties, lockDuration } }));
  const file = join(folder, "queues-of-bench.json");
  await writeFile(
    file,
    JSON.stringify([...queues, ...queues.slice(0, 1).map((queue) => ({ ...queue, name: floorQueue }))]),
  );
  return { FANFARE_SERVICEBUS_QUEUES: file };
};
