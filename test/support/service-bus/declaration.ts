import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const named = process.env.SERVICEBUS_CONNECTION?.trim() ?? "";
/** The suite talks to the broker this names; without it, each file starts the local emulator for itself. */
export const otherBroker: string | undefined = named === "" ? undefined : named;

/** True when the broker is our own emulator, which may be crashed and has queues with hurried clocks. */
export const ownEmulator: boolean = otherBroker === undefined;

/** True when the administration client can be used: always for our own emulator. */
export const adminKnown: boolean = ownEmulator || Boolean(process.env.SERVICEBUS_ADMIN_URL);

const declared = fileURLToPath(new URL("../../contracts/service-bus/queues.json", import.meta.url));

/** The queues of the suite, with the shortest durations a namespace accepts. */
export const queues = {
  plain: "conformance-plain",
  shortLock: "conformance-short-lock",
  fewDeliveries: "conformance-few-deliveries",
  expiring: "conformance-expiring",
  noDuplicates: "conformance-no-duplicates",
  small: "conformance-small",
} as const;

/** Milliseconds, as the broker at hand holds them. `deliveriesMax` is the short count of the queue `fewDeliveries`. */
export const durations = {
  shortLock: ownEmulator ? 2_000 : 5_000,
  defaultTimeToLive: 2_000,
  duplicateWindow: ownEmulator ? 3_000 : 20_000,
} as const;
export const deliveriesMax = 3;

/** Writes the declaration for our own emulator, which can hold shorter locks and windows and smaller queues than Azure; resolves to its path. */
export const hurriedDeclaration = async (folder: string): Promise<string> => {
  const text = await readFile(declared, "utf8");
  const path = join(folder, "queues.json");
  await writeFile(
    path,
    text
      .replaceAll('"PT5S"', `"PT${durations.shortLock / 1_000}S"`)
      .replaceAll('"PT20S"', `"PT${durations.duplicateWindow / 1_000}S"`)
      .replaceAll('"maxSizeInMegabytes": 1024', '"maxSizeInMegabytes": 1'),
  );
  return path;
};
