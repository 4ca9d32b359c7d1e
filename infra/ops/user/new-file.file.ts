import { open, rm } from "node:fs/promises";
import { exitCodes, Failed } from "../failed.ts";

export type NewFile = {
  /** Adds a piece. Throws `Failed` when there is no room for it. */
  readonly write: (piece: string) => Promise<void>;
  /** It is whole, and stays. */
  readonly keep: () => void;
  /** Closes it, and removes what was not to be kept. To be called in any case. */
  readonly close: () => Promise<void>;
};

/**
 * A new file, readable by its owner alone, and never over another one, whose readers may be others. It is kept whole or not at all, but by a
 * process that is killed. Throws `Failed` (64) when it is there already or cannot be made.
 */
export const newFile = async (path: string): Promise<NewFile> => {
  const file = await open(path, "wx", 0o600).catch((cause: unknown) => {
    const isThere = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    const sentence = isThere ? `${path} is there already: name a new file.` : `${path || "It"} cannot be written.`;
    throw new Failed(sentence, exitCodes.usage, { cause });
  });
  let isKept = false;
  return {
    write: (piece) =>
      file.appendFile(piece).catch((cause: unknown) => {
        throw new Failed(`${path} cannot be written to its end: is there room? Nothing of it was kept.`, undefined, {
          cause,
        });
      }),
    keep: () => {
      isKept = true;
    },
    close: async () => {
      await file.close();
      if (!isKept) await rm(path, { force: true });
    },
  };
};
