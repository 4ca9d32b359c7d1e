import { chmod } from "node:fs/promises";
import { ClassicLevel } from "classic-level";
import { CannotStart, errorCode } from "../cannot-start.ts";
import { privateFolder } from "../private-folder.ts";

/** One change of the stored state: a value to keep under a key, or a key to forget. */
export type Change =
  | { readonly type: "put"; readonly key: string; readonly value: string }
  | { readonly type: "del"; readonly key: string };

/** What a push service keeps on disk: texts under keys, in the order of the keys. */
export type Store = {
  /** Everything whose key starts with the prefix, in order, the prefix cut off. Meant for start-up. */
  readonly entries: (prefix: string) => Promise<readonly (readonly [key: string, value: string])[]>;
  /**
   * Resolves once all these changes are written, all or none of them. Calls are written in their order, those that
   * wait for a running write together in one. Written means: survives the end of this process however it dies,
   * not a power cut (no fsync, which would cost more than half of the rate).
   */
  readonly commit: (changes: readonly Change[]) => Promise<void>;
  /** Writes what is under way and closes. */
  readonly close: () => Promise<void>;
  /** Aborted when `close` is called: whoever works on behind the requests ends then, and commits no more. */
  readonly closing: AbortSignal;
};

/**
 * Opens the store in a folder, which is made readable for its owner alone: it holds devices' private keys.
 * Throws `CannotStart` when another process has it open.
 */
export const openStore = async (folder: string): Promise<Store> => {
  await privateFolder(folder);
  await chmod(folder, 0o700);
  const level = new ClassicLevel<string, string>(folder);
  await level.open().catch((error: unknown) => {
    if (causeCode(error) === "LEVEL_LOCKED") throw new CannotStart(`${folder} is in use by another process.`);
    throw error;
  });

  const closing = new AbortController();
  let waiting: Change[] = [];
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const writeWaiting = async (): Promise<void> => {
    await running.catch(() => undefined);
    const changes = waiting;
    waiting = [];
    next = undefined;
    running = level.batch(changes);
    await running;
  };

  return {
    entries: async (prefix) => {
      const found = await level.iterator({ gte: prefix, lt: `${prefix}\uffff` }).all();
      return found.map(([key, value]) => [key.slice(prefix.length), value] as const);
    },
    commit: (changes) => {
      for (const change of changes) waiting.push(change);
      next ??= writeWaiting();
      return next;
    },
    close: async () => {
      closing.abort();
      await next;
      await level.close();
    },
    closing: closing.signal,
  };
};

const causeCode = (error: unknown): string | undefined =>
  error instanceof Error && error.cause ? errorCode(error.cause) : errorCode(error);

/** A store that keeps nothing, for `npm start -- --ephemeral`. */
export const forgetfulStore = (): Store => {
  const closing = new AbortController();
  return {
    entries: () => Promise.resolve([]),
    commit: () => Promise.resolve(),
    close: () => {
      closing.abort();
      return Promise.resolve();
    },
    closing: closing.signal,
  };
};

/** A number as part of a key, so that keys sort as the numbers do. */
export const keyNumber = (number: number): string => String(number).padStart(16, "0");
