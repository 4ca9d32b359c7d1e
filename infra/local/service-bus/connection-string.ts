import { keyName } from "./sas.ts";

/** The connection string of a local Service Bus, for `@azure/service-bus` and the Functions host. It holds the key: never log it. */
export const connectionString = (port: number, key: string): string =>
  [
    `Endpoint=sb://127.0.0.1:${port}`,
    `SharedAccessKeyName=${keyName}`,
    `SharedAccessKey=${key}`,
    "UseDevelopmentEmulator=true",
  ].join(";") + ";";
