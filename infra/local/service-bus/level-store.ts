import { ClassicLevel } from "classic-level";
import { CannotStart } from "../cannot-start.ts";
import type { Store } from "./store.ts";
import { privateFolder } from "../private-folder.ts";

type Operation = { type: "put"; key: string; value: Buffer } | { type: "del"; key: string };

/** Raised when what a key or value means changes, so that an older or newer program does not misread it. */
const formatVersion = "1";

/**
 * Opens the store in a folder, made if needed. Writes go to disk with fsync, many at a time: while one group is being written the next
 * one gathers. A failed write calls `onFailure` once and nothing is written after it.
 * Throws `CannotStart` when another process has the folder, or it was written by another version.
 */
export const openLevelStore = async (folder: string, onFailure: (error: unknown) => void): Promise<Store> => {
  await privateFolder(folder);
  const level = new ClassicLevel<string, Buffer>(folder, { valueEncoding: "buffer" });
  await level.open().catch((error: unknown) => {
    throw isLocked(error)
      ? new CannotStart(`${folder} is in use: another Service Bus emulator is running on it.`)
      : error;
  });
  const version = (await level.get("version"))?.toString();
  if (version === undefined) await level.put("version", Buffer.from(formatVersion), { sync: true });
  else if (version !== formatVersion) {
    await level.close();
    throw new CannotStart(
      `${folder} was written in format ${version}, not ${formatVersion}. Delete it to start afresh.`,
    );
  }

  let gathering: Operation[] = [];
  let gathered = Promise.resolve();
  let writing = Promise.resolve();

  const write = async (): Promise<void> => {
    const group = gathering;
    gathering = [];
    try {
      await level.batch(group, { sync: true });
    } catch (error) {
      onFailure(error);
      await new Promise<never>(() => undefined);
    }
  };
  const gather = (operation: Operation): void => {
    if (gathering.length === 0) {
      // Wait for the end of this turn too: what one event changes goes to disk as one.
      gathered = writing.then(() => new Promise<void>((resolve) => setImmediate(resolve))).then(write);
      writing = gathered;
    }
    gathering.push(operation);
  };

  return {
    put: (key, value) => gather({ type: "put", key, value }),
    delete: (key) => gather({ type: "del", key }),
    committed: () => gathered,
    read: (keys) => level.getMany([...keys]),
    list: (prefix) => level.iterator({ gte: prefix, lt: `${prefix}\uffff` }),
    close: async () => {
      await gathered;
      await level.close();
    },
  };
};

const isLocked = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  "code" in error.cause &&
  error.cause.code === "LEVEL_LOCKED";
