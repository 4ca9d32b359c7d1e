import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { openTables } from "../../../shared/storage/azure.table.ts";
import type { LocalStack } from "../../support/stack.ts";

type NewApp = Partial<Parameters<typeof putApp>[1]> & { readonly hostName: string };

/** Registers apps as an operator does, and starts the host anew: what it read of the registry may be up to a minute old. */
export const registerApps = async (stack: LocalStack, newApps: readonly NewApp[]): Promise<void> => {
  const { connectionString } = stack.stack.tables;
  const { apps } = openTables({ kind: "connection-string", connectionString });
  await Promise.all(newApps.map((app) => putApp(apps, { senders: [], clients: [], ...app })));
  await stack.killPart("functions-host");
  await stack.partIsBack("functions-host");
};
