import { createServer } from "node:net";
import { listen } from "../part.ts";
import type { PortName } from "../settings.ts";
import { tablesAccount } from "./connection.ts";

/** Tells Azurite our accounts and the key (base64) of them all. Otherwise it takes a key that everybody knows, from its manual. */
export const useAccounts = (key: string, names: readonly string[] = [tablesAccount]): void => {
  // The only way Azurite takes accounts.
  process.env.AZURITE_ACCOUNTS = names.map((name) => `${name}:${key}`).join(";");
};

/** Takes the port and lets it go at once, because Azurite itself would not say which setting is wrong. Throws `CannotStart`. */
export const freePort = async (name: PortName & ("tables" | "blobs"), port: number): Promise<number> => {
  const probe = createServer();
  const free = await listen(probe, name, name, port);
  await new Promise((resolve) => probe.close(resolve));
  return free;
};
