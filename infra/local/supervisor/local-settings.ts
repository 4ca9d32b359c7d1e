import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { CannotStart } from "../cannot-start.ts";
import { storageConnectionString } from "../tables/connection.ts";
import { appSettings, type Stack } from "./stack.ts";
import { writeJson } from "../write-json.ts";

const fileSchema = z.looseObject({
  Values: z.record(z.string(), z.string()).default({}),
  Host: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Writes local.settings.json, by which `func start` (Azure Functions Core Tools) runs the built app on this stack; what
 * else the file holds stays. Resolves to its path. Throws `CannotStart` when there is one that cannot be read.
 * https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
 */
export const writeLocalSettings = async (stack: Stack, projectRoot: string): Promise<string> => {
  const path = join(projectRoot, "local.settings.json");
  const before = await readBefore(path);
  const origins = stack.env.CORS_ALLOWED_ORIGINS;
  const { defaults } = await appSettings(stack);
  await writeJson(path, {
    ...before,
    IsEncrypted: false,
    Values: {
      ...before.Values,
      FUNCTIONS_WORKER_RUNTIME: "node",
      AzureWebJobsStorage: storageConnectionString(stack.ports, stack.secrets.tablesKey),
      // No keys of the host's own are needed, so they need no storage account either.
      AzureWebJobsSecretStorageType: "files",
      ...defaults,
    },
    Host: { ...before.Host, LocalHttpPort: stack.ports.http, ...(origins && { CORS: origins }) },
  });
  return path;
};

const readBefore = async (path: string): Promise<z.infer<typeof fileSchema>> => {
  const text = await readFile(path, "utf8").catch(() => "{}");
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    throw new CannotStart(`${path} cannot be read as settings. Mend or delete it.`);
  }
};
