import { access, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import { CannotStart, errorCode } from "../cannot-start.ts";
import { privateFolder } from "../private-folder.ts";

export type DataDirLock = {
  /** The process that held it before did not let go of it in order, so its parts may still be ending. */
  readonly isInherited: boolean;
  readonly release: () => Promise<void>;
};

/**
 * Takes a data directory for this process. Throws `CannotStart`, naming the other process, when it is taken.
 * The lock is LevelDB's: the operating system holds it and lets go when the process ends, however it ends, so there is
 * no stale one to recognise and no process id to mistake for another's. The file with the id is only for the message.
 */
export const lockDataDir = async (dataDir: string): Promise<DataDirLock> => {
  const folder = join(dataDir, "supervisor");
  const pidFile = join(folder, "pid");
  await privateFolder(folder);
  const lock = new ClassicLevel(join(folder, "lock"));
  try {
    await lock.open();
  } catch (error) {
    if (!isTaken(error)) throw error;
    const pid = await readFile(pidFile, "utf8").catch(() => "");
    throw new CannotStart(
      `Fanfare already runs on ${dataDir}${pid && ` (process ${pid.trim()})`}. End it first, or set FANFARE_DATA_DIR to another directory.`,
    );
  }
  const isInherited = await access(pidFile).then(
    () => true,
    () => false,
  );
  await writeFile(pidFile, `${process.pid}\n`);
  return {
    isInherited,
    release: async () => {
      await rm(pidFile, { force: true });
      await lock.close();
    },
  };
};

const isTaken = (error: unknown): boolean => error instanceof Error && errorCode(error.cause) === "LEVEL_LOCKED";
