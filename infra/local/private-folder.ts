import { mkdir } from "node:fs/promises";

/**
 * Makes a folder of the data directory, with those above it that are missing, for this user alone: what is kept there holds
 * content and keys. A folder that exists keeps the permissions its owner chose.
 */
export const privateFolder = async (path: string): Promise<void> => {
  await mkdir(path, { recursive: true, mode: 0o700 });
};
