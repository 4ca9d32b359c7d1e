import type { LocalStore } from "./local-store.ts";
import { memoryLocalStore } from "./local-store.memory.ts";

/**
 * The store that lasts; or, where the browser does not open it (its storage is blocked, or full), one that lasts as long as the page: then
 * everything works for this tab alone. Which of them is found out at the first use, and stays.
 */
export const keptOrMemory = (kept: LocalStore): LocalStore => {
  let choice: Promise<LocalStore> | undefined;
  const chosen = (): Promise<LocalStore> => (choice ??= kept.read().then(() => kept, memoryLocalStore));
  return {
    read: async () => (await chosen()).read(),
    update: async (step) => (await chosen()).update(step),
    clear: async () => (await chosen()).clear(),
    close: kept.close,
  };
};
